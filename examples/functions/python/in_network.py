"""Which networks of a list an address is in."""

import ipaddress


def handle(context, payload):
    address = ipaddress.ip_address(payload["address"])
    networks = map(ipaddress.ip_network, payload["networks"])
    return [str(network) for network in networks if address in network]
