"""prefect.yaml is right in every key: Prefect itself ignores what it does not know."""

from importlib import import_module
from pathlib import Path
from typing import Any

import pytest
import yaml

ROOT = Path(__file__).parents[2]
CONFIG: dict[str, Any] = yaml.safe_load((ROOT / "prefect.yaml").read_text())
TOP_KEYS = {"name", "prefect-version", "definitions", "pull", "deployments"}
DEPLOYMENT_KEYS = {"name", "entrypoint", "description", "tags", "work_pool", "parameters", "schedules"}
SCHEDULE_KEYS = {"cron", "timezone", "active", "slug"}


def test_no_key_is_unknown() -> None:
    assert set(CONFIG) <= TOP_KEYS
    for deployment in CONFIG["deployments"]:
        assert set(deployment) <= DEPLOYMENT_KEYS, deployment["name"]
        for schedule in deployment.get("schedules", []):
            assert set(schedule) == SCHEDULE_KEYS


@pytest.mark.parametrize("deployment", CONFIG["deployments"], ids=lambda deployment: deployment["name"])
def test_entrypoints_are_module_paths_of_flows_whose_parameters_validate(deployment: dict[str, Any]) -> None:
    module, name = deployment["entrypoint"].rsplit(".", 1)
    flow = getattr(import_module(module), name)
    flow.validate_parameters(deployment.get("parameters", {}))


def test_the_work_pool_is_the_one_that_bootstrap_creates() -> None:
    from deployments.bootstrap import WORK_POOL

    assert {deployment["work_pool"]["name"] for deployment in CONFIG["deployments"]} == {WORK_POOL}


def test_every_ingest_flow_has_a_deployment() -> None:
    deployed = {deployment["entrypoint"] for deployment in CONFIG["deployments"]}
    assert {"flows.pdf.ingest_pdf", "flows.feed.ingest_feed", "flows.enrich.enrich"} <= deployed
