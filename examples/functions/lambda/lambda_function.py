"""AWS Lambda, Python: which of a batch of queue messages cannot be read and are to come again."""

import json


def lambda_handler(event, context):
    print("function", context.function_name, "has", context.get_remaining_time_in_millis() > 0, "time left")
    failed = []
    for record in event["Records"]:
        try:
            json.loads(record["body"])["order"]
        except (ValueError, KeyError):
            failed.append({"itemIdentifier": record["messageId"]})
    return {"batchItemFailures": failed}
