"""The privilege that a run's changes name. Functions of Faasten's eras know of none: theirs name all of it."""

from .labels import label_text

CHANGES = frozenset(
    (
        "write_file",
        "write_if",
        "create_directory",
        "create_file",
        "create_faceted",
        "create_unlinked",
        "delete",
        "hard_link",
        "link_blob",
        "create_gate",
        "replace_gate",
        "duplicate_gate",
    )
)


def naming(ask, privilege):
    """`ask`, whose changes use this privilege for integrity: a component, True for all of the gate's, None for none."""
    if privilege is not True:
        privilege = label_text(privilege or None)

    def asking(operation, arguments):
        if operation in CHANGES:
            arguments = {"with": privilege, **arguments}
        return ask(operation, arguments)

    return asking
