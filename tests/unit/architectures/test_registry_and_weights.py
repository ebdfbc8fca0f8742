"""Architectures are data; weights keep their names from build to build."""

from __future__ import annotations

import subprocess
import sys

import numpy as np
import pytest

from leukdesk.architectures import build, names, resolve
from leukdesk.architectures.weights import assign_weights, collect_weights, network_variables
from leukdesk.domain.errors import BundleError, BundleReason
from tests.networks import CASES, make_network


@pytest.mark.parametrize("case", sorted(CASES))
def test_weights_survive_another_build_in_the_same_process(case):
    first, _, _ = make_network(case)
    name, size, classes, parameters = CASES[case]
    second = build(name, input_size=size, classes=classes, parameters=parameters)
    assert list(network_variables(second)) == list(network_variables(first))
    assign_weights(second, collect_weights(first))
    for key, array in collect_weights(second).items():
        np.testing.assert_array_equal(array, collect_weights(first)[key])


def test_weights_of_another_network_are_refused():
    network, _, _ = make_network("compact_cnn")
    arrays = collect_weights(network)
    key = next(iter(arrays))
    for broken in (
        {name: array for name, array in arrays.items() if name != key},
        {**arrays, "features/9999/kernel": arrays[key]},
        {**arrays, key: arrays[key][..., :1]},
    ):
        with pytest.raises(BundleError) as caught:
            assign_weights(network, broken)
        assert caught.value.reason == BundleReason.BAD_WEIGHTS


@pytest.mark.parametrize(
    ("name", "parameters"),
    [
        ("no_such_network", {}),
        ("mobilenetv2", {"depth": 3}),
        ("mobilenetv2", {"alpha": "1"}),
        ("compact_cnn", {"filters": 8}),
    ],
)
def test_unknown_names_and_parameters_are_refused(name, parameters):
    with pytest.raises(BundleError) as caught:
        resolve(name, parameters)
    assert caught.value.reason == BundleReason.UNKNOWN_ARCHITECTURE
    assert caught.value.advice


def test_an_input_that_is_too_small_and_a_single_logit_for_three_classes_are_refused():
    with pytest.raises(BundleError, match="at least"):
        build("mobilenetv2", input_size=16, classes=2, parameters={})
    with pytest.raises(BundleError, match="two classes"):
        build("compact_cnn", input_size=64, classes=3, parameters={"single_logit": True})


def test_listing_names_imports_no_framework():
    code = "import sys; from leukdesk.architectures import names; names(); sys.exit('keras' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
    assert "mobilenetv2" in names()
