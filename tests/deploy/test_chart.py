"""What the Helm chart renders, by Helm's own library, is what Kubernetes allows."""

import pytest
import yaml
from django.conf import settings

from tests.deploy.tools import needs_package

CHART = settings.BASE_DIR / "deploy/helm/reunite"
KUBERNETES = ("1.28", "1.34")
CHOICES = [
    {},
    {"jobs": {"replicas": 2}, "files": {"enabled": False}},
    {"worker": {"replicas": 0}, "image": {"tag": "2"}, "ingress": {"annotations": {"a.example/b": "c"}}},
]


def test_values_and_chart_can_be_read():
    assert yaml.safe_load((CHART / "Chart.yaml").read_text())["name"] == "reunite"
    assert {"host", "secret", "settings", "web", "worker"} <= yaml.safe_load((CHART / "values.yaml").read_text()).keys()


@needs_package("helm_python")
@needs_package("kubernetes_validate")
@pytest.mark.parametrize("values", CHOICES)
def test_kubernetes_takes_what_is_rendered(values):
    import kubernetes_validate

    for document in rendered(values):
        for version in KUBERNETES:
            kubernetes_validate.validate(document, version, strict=True)


@needs_package("helm_python")
@pytest.mark.parametrize("values", CHOICES)
def test_every_pod_runs_without_privileges_on_a_tree_that_it_cannot_write(values):
    pods = [
        document["spec"]["template"]["spec"] for document in rendered(values) if "template" in document.get("spec", {})
    ]
    assert len(pods) >= 2
    for pod in pods:
        assert (pod["securityContext"]["runAsNonRoot"], pod["automountServiceAccountToken"]) == (True, False)
        for container in pod["containers"]:
            context = container["securityContext"]
            assert (context["readOnlyRootFilesystem"], context["allowPrivilegeEscalation"]) == (True, False)
            assert context["capabilities"] == {"drop": ["ALL"]}


@needs_package("helm_python")
def test_what_is_not_wanted_is_not_rendered():
    names = {document["metadata"]["name"] for document in rendered({"files": {"enabled": False}})}
    assert names == {"demo", "demo-migrate", "demo-settings", "demo-web", "demo-worker"}


def rendered(values: dict) -> list[dict]:
    import helm_python

    with helm_python.Chart.load(str(CHART)) as chart:
        texts = chart.render(values, name="demo", namespace="production").values()
    return [document for text in texts for document in yaml.safe_load_all(text) if document]
