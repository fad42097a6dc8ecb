"""The parts of Sluice's Python guest. Standard library only; everything slow to import is imported when it is needed."""
