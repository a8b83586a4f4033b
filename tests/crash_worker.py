"""Kill workers in mid-job at ten moments of chance, and see that each row is done once: `python -m tests.crash_worker`.

On the database of DATABASE_URL, as the tests, and over RabbitMQ where one answers; the suite does it with one moment.
"""

import sys

import pytest


class TenKills:
    @staticmethod
    @pytest.hookimpl(tryfirst=True)
    def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
        """The number of kills instead of that of the suite."""
        for mark in metafunc.definition.own_markers:
            if mark.name == "parametrize" and mark.args[0] == "kills":
                mark.args[1][:] = [10]


if __name__ == "__main__":
    files = [f"tests/crm/jobs/test_{name}.py" for name in ("workers", "killed_imports", "celery")]
    sys.exit(pytest.main(["-v", *files, "-k", "killed", "-p", "no:cacheprovider"], plugins=[TenKills()]))
