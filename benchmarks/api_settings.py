"""The settings of the server that is measured: those of production, with the bare view beside the program."""

from crm.settings import *  # noqa: F403 - every one of them

ROOT_URLCONF = "benchmarks.bare"
