"""Proposals: members drawn anywhere are, once weighed, draws of the prior."""

import numpy as np
import pytest

from quell.fit import propose
from quell.ground.errors import InputError
from quell.patient.person import priors

IDS = np.arange(6000)


def shifted(share: float) -> list[propose.Component]:
    prior = propose.from_prior()[0]
    names = list(priors())
    mean = dict.fromkeys(names, 0.0) | {names[0]: 1.0, names[7]: -0.8}
    return [prior._replace(share=1.0 - share), prior._replace(share=share, mean=mean)]


def test_latent_coordinates_are_standard_normal_under_the_prior_and_lead_back():
    traits = propose.draw(propose.from_prior(), 1, IDS)
    z = propose.latent(traits)
    for name, x in z.items():
        assert abs(x.mean()) < 0.06, name
        assert abs(x.std() - 1.0) < 0.05, name
    again = propose.values(z)
    for name, x in traits.items():
        np.testing.assert_allclose(again[name], x, rtol=1e-6)


def test_a_member_is_the_same_whoever_is_drawn_beside_it():
    alone = propose.draw(shifted(0.6), 5, np.array([17]))
    among = propose.draw(shifted(0.6), 5, np.arange(40))
    assert all(alone[name][0] == among[name][17] for name in alone)


def test_base_weights_give_the_prior_back():
    proposal = shifted(0.7)
    traits = propose.draw(proposal, 1, IDS)
    base = propose.base_weights(traits, [(len(IDS), proposal)])
    base /= base.sum()
    for name, x in propose.latent(traits).items():
        assert abs(base @ x) < 0.08, name
        assert abs(base @ x**2 - 1.0) < 0.12, name
    plain = propose.latent(traits)[next(iter(priors()))].mean()
    assert plain > 0.5  # without the weights the shift is there


def test_a_share_of_prior_bounds_the_weights():
    proposal = shifted(0.7)
    base = propose.base_weights(propose.draw(proposal, 1, IDS), [(len(IDS), proposal)])
    assert base.max() <= 1.0 / 0.3 + 1e-9


def test_pooled_draws_are_weighed_together():
    first, second = propose.from_prior(), shifted(1.0)
    traits = [propose.draw(first, 1, IDS[:3000]), propose.draw(second, 1, IDS[3000:])]
    pooled = {name: np.concatenate([t[name] for t in traits]) for name in traits[0]}
    base = propose.base_weights(pooled, [(3000, first), (3000, second)])
    base /= base.sum()
    assert abs(base @ propose.latent(pooled)[next(iter(priors()))]) < 0.08


def test_fitting_a_normal_finds_where_the_weight_is():
    traits = propose.draw(propose.from_prior(), 1, IDS)
    name = next(iter(priors()))
    weights = (propose.latent(traits)[name] > 1.0).astype(float)
    assert propose.fit(traits, weights, 1.0).mean[name] == pytest.approx(1.525, abs=0.1)  # mean of a normal above 1
    assert propose.fit(traits, weights, 1.0, least=0.9).spread[name] == 0.9


def test_a_proposal_survives_its_file_and_other_traits_are_refused(tmp_path):
    path = tmp_path / "p.toml"
    propose.save(path, shifted(0.5))
    found = propose.load(path)
    assert [c.share for c in found] == [0.5, 0.5]
    assert found[1].mean == shifted(0.5)[1].mean
    path.write_text(path.read_text().replace("wiring.w_ampa", "wiring.w_other"))
    with pytest.raises(InputError, match="other traits"):
        propose.load(path)
