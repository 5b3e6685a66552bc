"""Keyed luck: uniform, uncorrelated, the same from both sides, and choices that a small change moves little."""

import math
import re
from pathlib import Path

import numpy as np
import pytest
from scipy import stats

import clustersim
from clustersim.kernels import kernel
from clustersim.kernels.choice import descend, slot
from clustersim.luck import Luck, Stream, half_hash, happens, hash_of, hash_with, mix, normal, pair_hash, poisson, stream_key, uniform
from clustersim.state.organisations import pack_uid

COUNT = 65_536
KEY = Luck(11).key(Stream.INCOME, 5)


@pytest.fixture(autouse=True)
def _wrapping_is_meant():
    with np.errstate(over="ignore"):
        yield


def luck_of(uid: int) -> np.uint64:
    """Compiled code hands 64 bits back as a Python int, and would take them for a signed one."""
    return np.uint64(hash_of(KEY, uid))


@kernel
def draw_uids(key, first, out):
    for i in range(out.size):
        out[i] = uniform(hash_of(key, first + i))


@kernel
def draw_packed(key, out):
    for i in range(out.size):
        out[i] = uniform(hash_of(key, pack_uid(i // 256, i % 256, 0)))


@kernel
def draw_months(seed, stream, out):
    for month in range(out.size):
        out[month] = uniform(hash_of(stream_key(seed, month - 100, stream), 42))


@kernel
def draw_seeds(stream, out):
    for seed in range(out.size):
        out[seed] = uniform(hash_of(stream_key(np.uint64(seed), 7, stream), 42))


@kernel
def draw_streams(out):
    for i in range(out.size):
        out[i] = uniform(hash_of(stream_key(np.uint64(1), i // 256, i % 256), 42))


@kernel
def draw_attempts(key, out):
    for i in range(out.size):
        out[i] = uniform(hash_with(key, i // 16, i % 16))


@kernel
def draw_pairs(key, out):
    for i in range(out.size):
        out[i] = uniform(pair_hash(key, i // 256, 1000 + i % 256))


@kernel
def draw_half_pairs(key, out):
    for i in range(out.size):
        out[i] = uniform(mix(half_hash(key, i // 256) + half_hash(key, 1000 + i % 256)))


SEED = np.uint64(3)
DRAWS = {
    "uids": lambda out: draw_uids(KEY, 0, out),
    "uids of another start": lambda out: draw_uids(KEY, 1 << 43, out),
    "packed uids": lambda out: draw_packed(KEY, out),
    "months": lambda out: draw_months(SEED, 30, out),
    "seeds": lambda out: draw_seeds(30, out),
    "streams": draw_streams,
    "attempts": lambda out: draw_attempts(KEY, out),
    "pairs": lambda out: draw_pairs(KEY, out),
    "pairs of half hashes": lambda out: draw_half_pairs(KEY, out),
}


@pytest.fixture(params=DRAWS)
def drawn(request) -> np.ndarray:
    out = np.empty(COUNT)
    DRAWS[request.param](out)
    return out


def test_draws_of_neighbouring_keys_are_uniform(drawn):
    counts = np.bincount((drawn * 256).astype(int), minlength=256)
    assert stats.chisquare(counts).pvalue > 1e-4
    assert drawn.min() >= 0.0 and drawn.max() < 1.0


def test_the_low_bits_are_uniform_too(drawn):
    counts = np.bincount((drawn * 2.0**45 % 256).astype(int), minlength=256)
    assert stats.chisquare(counts).pvalue > 1e-4


@pytest.mark.parametrize("lag", [1, 2, 16, 256])
def test_neighbouring_keys_are_not_correlated(drawn, lag):
    correlation = np.corrcoef(drawn[:-lag], drawn[lag:])[0, 1]
    assert abs(correlation) < 4.5 / math.sqrt(COUNT)


def test_neighbouring_keys_do_not_follow_each_other_in_the_plane(drawn):
    cells = (drawn[:-1:2] * 16).astype(int) * 16 + (drawn[1::2] * 16).astype(int)
    assert stats.chisquare(np.bincount(cells, minlength=256)).pvalue > 1e-4


def test_two_streams_of_the_same_organisations_are_independent():
    one, other = np.empty(COUNT), np.empty(COUNT)
    draw_uids(Luck(11).key(Stream.INCOME, 5), 0, one)
    for key in (Luck(11).key(Stream.MARKET, 5), Luck(11).key(Stream.INCOME, 6), Luck(12).key(Stream.INCOME, 5)):
        draw_uids(key, 0, other)
        assert abs(np.corrcoef(one, other)[0, 1]) < 4.5 / math.sqrt(COUNT)


def test_mixing_one_bit_changes_half_of_all_bits():
    changed = [(int(mix(np.uint64(z))) ^ int(mix(np.uint64(z ^ (1 << bit))))).bit_count() for z in range(1, 200) for bit in range(64)]
    assert np.mean(changed) == pytest.approx(32, abs=0.3)


def test_a_pair_has_the_same_luck_from_both_sides_and_another_than_other_pairs():
    uids = [0, 1, 2, 17, pack_uid(3, 5, 1), pack_uid(-240, 7, 0)]
    luck = {(a, b): int(pair_hash(KEY, a, b)) for a in uids for b in uids if a != b}
    assert all(luck[a, b] == luck[b, a] for a, b in luck)
    assert len(set(luck.values())) == len(luck) // 2
    assert int(hash_with(KEY, 1, 2)) != int(hash_with(KEY, 2, 1))


def test_the_luck_is_the_same_without_compilation():
    for uid in range(50):
        assert hash_of.py_func(KEY, uid) == luck_of(uid)
        u = float(uniform(luck_of(uid)))
        assert float(normal.py_func(u)) == normal(u)
        assert poisson.py_func(luck_of(uid), 2.5) == poisson(luck_of(uid), 2.5)


def test_a_seed_of_any_sign_or_size_is_a_luck_of_its_own():
    keys = [int(Luck(seed).key(Stream.HOME)) for seed in (0, 1, -1, 2**63, 2**64 - 2)]
    assert len(set(keys)) == 5
    assert Luck(-1).key(Stream.HOME) == Luck(2**64 - 1).key(Stream.HOME)


def test_every_stream_has_a_use():
    sources = [path.read_text(encoding="utf-8") for path in Path(clustersim.__file__).parent.rglob("*.py")]
    assert {name for text in sources for name in re.findall(r"\bStream\.([A-Z_]+)", text)} == set(Stream.__members__)


@pytest.mark.parametrize("seed", [2**64, -(2**63) - 1])
def test_a_seed_of_more_than_64_bits_is_refused(seed):
    with pytest.raises(ValueError, match=f"seed {seed} .* from -9223372036854775808 to 18446744073709551615"):
        Luck(seed)


def test_normal_is_the_inverse_of_the_normal_distribution():
    u = np.concatenate((np.linspace(0.0005, 0.9995, 1000), 10.0 ** np.linspace(-15, -3, 200)))
    assert [normal(v) for v in u.tolist()] == pytest.approx(stats.norm.ppf(u + 2.0**-54).tolist(), rel=1e-12, abs=1e-12)
    assert math.isfinite(normal(0.0)) and math.isfinite(normal(1.0 - 2.0**-52))


def test_an_event_never_happens_at_zero_and_always_at_one():
    hashes = [luck_of(uid) for uid in range(1000)]
    assert not any(happens(h, 0.0) for h in hashes)
    assert all(happens(h, 1.0) for h in hashes)
    assert 250 < sum(happens(h, 0.3) for h in hashes) < 350  # three and a half standard deviations


@pytest.mark.parametrize("mean", [0.002, 0.3, 2.0, 15.0, 400.0])
def test_a_poisson_count_has_the_mean_and_variance_asked_for(mean):
    counts = np.array([poisson(luck_of(uid), mean) for uid in range(20_000)])
    assert abs(counts.mean() - mean) < 4 * math.sqrt(mean / 20_000)
    assert counts.var() == pytest.approx(mean, rel=0.06 if mean > 0.1 else 0.8)


def test_a_poisson_count_never_falls_when_its_mean_rises():
    means = np.linspace(0.0, 30.0, 301).tolist()
    for uid in range(100):
        counts = [poisson(luck_of(uid), mean) for mean in means]
        assert counts[0] == 0
        assert counts == sorted(counts)


@pytest.mark.parametrize("slots", [1, 2, 7, 24])
def test_slots_are_chosen_uniformly(slots):
    chosen = np.array([slot(luck_of(uid), slots) for uid in range(24_000)])
    counts = np.bincount(chosen, minlength=slots)
    assert counts.size == slots
    assert slots == 1 or stats.chisquare(counts).pvalue > 1e-4


@pytest.mark.parametrize("slots", [1, 3, 20])
def test_one_more_slot_moves_only_its_own_share_of_the_keys(slots):
    before = np.array([slot(luck_of(uid), slots) for uid in range(20_000)])
    after = np.array([slot(luck_of(uid), slots + 1) for uid in range(20_000)])
    moved = before != after
    assert (after[moved] == slots).all()
    share = 1 / (slots + 1)
    assert abs(moved.mean() - share) < 4 * math.sqrt(share * (1 - share) / 20_000)


def choices(weights: list[int], keys: int = 20_000) -> np.ndarray:
    cumulative = np.cumsum(np.array(weights, np.int64))
    return np.array([descend(cumulative, cumulative.size, luck_of(uid)) for uid in range(keys)])


def test_descending_chooses_in_proportion_to_weight():
    weights = [5, 0, 20, 1, 0, 40, 34]
    counts = np.bincount(choices(weights), minlength=7)
    assert counts[1] == counts[4] == 0
    kept = np.array(weights) > 0
    assert stats.chisquare(counts[kept], 20_000 * np.array(weights)[kept] / 100).pvalue > 1e-4


def test_descending_finds_nobody_where_nothing_has_weight():
    assert descend(np.zeros(3, np.int64), 3, KEY) == -1
    assert descend(np.zeros(0, np.int64), 0, KEY) == -1
    assert descend(np.array([0, 7, 7]), 3, KEY) == 1


def test_a_small_change_of_one_weight_moves_few_choices():
    before, after = choices([10] * 16), choices([10] * 7 + [11] + [10] * 8)
    # of the keys, 1/161 must move; each of the four halvings above may move about as many
    assert 0 < (before != after).mean() < 0.03
