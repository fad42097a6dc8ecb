def handle(context, payload):
    """Greets whoever the payload names. What it prints is the run's log."""
    name = payload.get("name", "Noone")
    print(f"greeting {name}")
    return {"greeting": f"Hello, {name}"}
