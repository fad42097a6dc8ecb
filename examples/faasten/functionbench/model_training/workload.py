"""FunctionBench: learns from reviews whether they are good. Payload `{"input", "output"}`: a CSV file's path, the model's."""

import io
import re
from time import time

import joblib
import pandas
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression


def cleaned(text):
    return re.sub("[^a-z]+", " ", text.lower()).strip()


def handle(request, cloudcall):
    with cloudcall.fs_openblob(request["input"]) as blob:
        reviews = pandas.read_csv(io.BytesIO(blob.read()))
    start = time()
    vectors = TfidfVectorizer(min_df=1).fit_transform(reviews["Text"].apply(cleaned))
    model = LogisticRegression().fit(vectors, reviews["Score"])
    latency = time() - start
    content = io.BytesIO()
    joblib.dump(model, content)
    with cloudcall.create_blob() as blob:
        name = blob.finalize(content.getvalue())
    return {"latency": latency, "linked": cloudcall.fs_linkblob(request["output"], name)}
