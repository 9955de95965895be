"""The Helm chart, rendered by Helm itself, against the schemas of Kubernetes; what it tells the pods are settings."""

import json
import re
from pathlib import Path
from typing import Any

import pytest
import yaml

from bot.command.cli import parse
from bot.settings import load

helm = pytest.importorskip("helm_python", reason="Helm's own library has no wheel for this system")
kubernetes = pytest.importorskip("kubernetes_validate")
ROOT = Path(__file__).resolve().parents[2]
CHART = ROOT / "deploy/helm/llm-choose"
KUBERNETES = ("1.29", "1.37")
FOREIGN = {
    "ServiceMonitor",
    "PrometheusRule",
    "ExternalSecret",
}  # of operators; Kubernetes knows none
LEAST = {
    "publicUrl": "https://bot.example.com",
    "settings": {"ORIGINALS": "s3://bucket/originals"},
    "secrets": {"existing": "llm-choose-secrets"},
}
MOST = LEAST | {
    "settings": {"LLM": "openai:gpt", "LLM_SECONDS": 30, "PUBLISH_BY_TWO": True, "ADMINS": "U1"},
    "secrets": {"external": {"enabled": True, "store": {"name": "vault"}}},
    "originals": {"volume": {"enabled": True, "storageClass": "shared"}},
    "worker": {
        "autoscaling": {"enabled": True},
        "annotations": {"a": "b"},
        "nodeSelector": {"x": "y"},
    },
    "bot": {
        "autoscaling": {"enabled": False},
        "tolerations": [{"key": "spot", "operator": "Exists"}],
    },
    "ingress": {
        "className": "nginx",
        "tlsSecret": "tls",
        "trusted": "10.0.0.0/8",
        "annotations": {"a": "b"},
    },
    "networkPolicy": {
        "egressTo": [
            {"to": [{"podSelector": {"matchLabels": {"app": "redis"}}}], "ports": [{"port": 6379}]}
        ]
    },
    "monitoring": {
        "serviceMonitor": {"enabled": True, "labels": {"release": "prometheus"}},
        "rules": {"enabled": True},
        "dashboards": {"enabled": True},
    },
    "imagePullSecrets": [{"name": "registry"}],
    "serviceAccount": {"annotations": {"role": "originals"}},
}


def rendered(values: dict[str, Any], name: str = "demo") -> list[dict[str, Any]]:
    with helm.Chart.load(CHART) as chart:
        chart.validate_schema(values)
        files = chart.render(values, name=name, namespace="prod")
    resources: list[dict[str, Any]] = []
    for path, text in files.items():
        if path.endswith(".yaml"):
            resources += [resource for resource in yaml.safe_load_all(text) if resource]
    return resources


@pytest.fixture(scope="module")
def most() -> list[dict[str, Any]]:
    return rendered(MOST)


def of_kind(resources: list[dict[str, Any]], kind: str) -> list[dict[str, Any]]:
    return [resource for resource in resources if resource["kind"] == kind]


def test_helms_own_lint_has_nothing_against_it():
    told = helm.lint(CHART, LEAST)

    assert told["errors"] == []
    assert [m["error"] for m in told["messages"] if m["severity"] > 1] == []


@pytest.mark.parametrize("values", [LEAST, MOST], ids=["least", "most"])
def test_every_resource_fits_kubernetes_strictly(values):
    resources = rendered(values)
    names = [(resource["kind"], resource["metadata"]["name"]) for resource in resources]

    assert len(names) == len(set(names))
    for resource in resources:
        if resource["kind"] not in FOREIGN:
            for version in KUBERNETES:
                kubernetes.validate(resource, version, strict=True)


def test_everything_there_is_to_run_it_is_there(most):
    kinds = sorted({resource["kind"] for resource in most})

    assert kinds == sorted(
        {
            "ConfigMap", "Deployment", "ExternalSecret", "HorizontalPodAutoscaler", "Ingress", "NetworkPolicy",
            "PersistentVolumeClaim", "PodDisruptionBudget", "PrometheusRule", "Service", "ServiceAccount",
            "ServiceMonitor",
        }
    )  # fmt: skip


def test_the_pods_are_probed_hardened_and_told_settings_that_are_settings(most):
    deployments = of_kind(most, "Deployment")
    told = next(c["data"] for c in of_kind(most, "ConfigMap") if "PUBLIC_URL" in c["data"])
    key = {
        "LLM_API_KEY": "k",
        "REDIS_URL": "redis://redis:6379/0",
        "QDRANT_URL": "http://qdrant:6333",
    }

    assert len(deployments) == 2
    assert not load(told | key).embedded
    assert load(told | key).publish_by_two
    for deployment in deployments:
        pod = deployment["spec"]["template"]["spec"]
        [container] = pod["containers"]
        for probe in ("startupProbe", "livenessProbe", "readinessProbe"):
            assert container[probe]["httpGet"]["port"] == "http"
        assert container["securityContext"]["readOnlyRootFilesystem"]
        assert container["securityContext"]["capabilities"] == {"drop": ["ALL"]}
        assert pod["securityContext"]["runAsNonRoot"]
        assert pod["enableServiceLinks"] is False
        assert pod["automountServiceAccountToken"] is False
        assert container["resources"]["limits"]["memory"]
        words = parse(container["args"], "en")
        assert words.port == container["ports"][0]["containerPort"]


def test_services_and_policies_find_the_pods(most):
    labels = {}
    for deployment in of_kind(most, "Deployment"):
        labels[deployment["metadata"]["name"]] = deployment["spec"]["template"]["metadata"][
            "labels"
        ]
    selectors = [s["spec"]["selector"] for s in of_kind(most, "Service")]
    selectors += [
        b["spec"]["selector"]["matchLabels"] for b in of_kind(most, "PodDisruptionBudget")
    ]

    for selector in selectors:
        assert sum(selector.items() <= of.items() for of in labels.values()) == 1
    for scaler in of_kind(most, "HorizontalPodAutoscaler"):
        assert scaler["spec"]["scaleTargetRef"]["name"] in labels
    [policy] = of_kind(most, "NetworkPolicy")
    assert all(
        policy["spec"]["podSelector"]["matchLabels"].items() <= of.items() for of in labels.values()
    )


def test_alerts_and_dashboards_travel_as_they_are(most):
    [rules] = of_kind(most, "PrometheusRule")
    boards = next(c["data"] for c in of_kind(most, "ConfigMap") if "PUBLIC_URL" not in c["data"])

    assert rules["spec"] == yaml.safe_load(
        (ROOT / "deploy/alerts/llm-choose.rules.yaml").read_text()
    )
    assert sorted(boards) == ["llm-choose-answers.json", "llm-choose-service.json"]
    for name, text in boards.items():
        own = ROOT / "deploy/grafana" / name.removeprefix("llm-choose-")
        assert json.loads(text) == json.loads(own.read_text())


@pytest.mark.parametrize(
    ("values", "named"),
    [
        ({**LEAST, "publicUrl": ""}, "publicUrl"),
        ({**LEAST, "secrets": {}}, "secrets.existing"),
        ({**LEAST, "settings": {}}, "ORIGINALS"),
        ({**LEAST, "publicUrl": "bot.example.com"}, "publicUrl"),
        ({**LEAST, "settings": {"llm": "x"}}, "llm"),
        ({**LEAST, "replicas": 3}, "replicas"),
        ({**LEAST, "bot": {"autoscaling": {"cpu": 700}}}, "cpu"),
    ],
)
def test_what_is_missing_or_misspelt_is_refused_by_name(values, named):
    with pytest.raises(helm.HelmError, match=re.escape(named)):
        rendered(values)


def test_two_releases_in_one_place_do_not_meet():
    one, other = rendered(LEAST, "one"), rendered(LEAST, "other")
    names = [(r["kind"], r["metadata"]["name"]) for r in one + other]

    assert len(names) == len(set(names))
