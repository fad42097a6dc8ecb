def handle(context, payload):
    """Greets whoever the payload names."""
    name = payload.get("name", "Noone")
    place = payload.get("place", "Nowhere")
    return {"myField": f"Hello, {name} from {place}"}
