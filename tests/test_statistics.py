"""Statistics of the comparison: intervals over seeds against closed forms, scipy and their own promise."""

import math

import numpy as np
import pytest
from scipy import stats

from clustersim.experiments.comparisons.pairing import paired_effect
from clustersim.experiments.statistics import (
    LEAST_ERROR,
    RESAMPLES,
    chances_of_best,
    interval,
    ratio_interval,
    resamples,
    share_interval,
    simultaneous_intervals,
)


def generator(key: int) -> np.random.Generator:
    return np.random.Generator(np.random.Philox(key=key))


def covers(ends: tuple[float, float], truth: float) -> bool:
    return ends[0] <= truth <= ends[1]


def with_moments(n: int, sds: tuple[float, float], correlation: float) -> tuple[np.ndarray, np.ndarray]:
    """Two samples whose standard deviations and correlation are exactly these."""
    raw = generator(3).normal(size=(n, 2))
    raw -= raw.mean(axis=0)
    one = raw[:, 0] / raw[:, 0].std(ddof=1)
    rest = raw[:, 1] - one * (one @ raw[:, 1]) / (one @ one)
    rest /= rest.std(ddof=1)
    return sds[0] * one, sds[1] * (correlation * one + math.sqrt(1 - correlation**2) * rest)


# --- one mean


def test_resamples_draw_every_seed_as_often_as_there_are_seeds_and_are_always_the_same():
    first = resamples(12).copy()
    resamples.cache_clear()
    assert np.array_equal(first, resamples(12))
    assert first.shape == (RESAMPLES, 12)
    assert (first.sum(axis=1) == 12).all()
    assert first.mean(axis=0) == pytest.approx(np.ones(12), abs=0.06)
    assert first.var(axis=0) == pytest.approx(np.full(12, 11 / 12), abs=0.09)  # multinomial: n (1/n) (1 - 1/n)


def test_the_interval_is_that_of_the_studentised_bootstrap_written_out_resample_by_resample():
    values = generator(5).exponential(2.0, 14)
    error = values.std(ddof=1) / math.sqrt(14)
    strays = []
    for times in resamples(14).astype(int):
        drawn = np.repeat(values, times)
        spread = max(drawn.std(ddof=1) / math.sqrt(14), LEAST_ERROR * error)
        strays.append((drawn.mean() - values.mean()) / spread)
    low, high = np.percentile(strays, [2.5, 97.5], method="weibull")
    assert interval(values) == pytest.approx((values.mean() - high * error, values.mean() - low * error), rel=1e-9)


def test_of_many_normal_values_the_interval_is_students():
    values = generator(8).normal(3.0, 2.0, 400)
    ends = stats.t.interval(0.95, 399, values.mean(), stats.sem(values))
    assert interval(values) == pytest.approx(ends, abs=0.05 * (ends[1] - ends[0]))


def test_skewed_values_move_the_interval_to_the_side_where_seeds_are_missing():
    values = generator(9).lognormal(0.0, 1.0, 30)
    percentile = stats.bootstrap((values,), np.mean, method="percentile", rng=generator(1)).confidence_interval
    low, high = interval(values)
    assert low > percentile.low
    assert high > percentile.high


def test_the_interval_of_skewed_differences_covers_nearly_as_often_as_it_says_where_the_percentile_interval_does_not():
    rng, repetitions, truth = generator(11), 1_500, math.exp(0.5)
    studentised = percentile = 0
    for _ in range(repetitions):
        values = rng.lognormal(0.0, 1.0, 30)
        studentised += covers(interval(values), truth)
        percentile += covers(np.quantile(resamples(30) @ values / 30, (0.025, 0.975)), truth)
    assert 0.91 <= studentised / repetitions <= 0.97
    assert percentile / repetitions < 0.89


def test_the_interval_of_what_rarely_emerges_covers_as_often_as_it_says_where_students_does_not():
    rng, repetitions, truth = generator(12), 1_500, 0.15 * 6.5 / 12
    found = students = 0
    for _ in range(repetitions):
        values = np.where(rng.random(30) < 0.15, rng.integers(1, 13, 30) / 12, 0.0)
        found += covers(interval(values), truth)
        half = stats.t.ppf(0.975, 29) * stats.sem(values)
        students += covers((values.mean() - half, values.mean() + half), truth)
    assert 0.93 <= found / repetitions <= 0.98
    assert students / repetitions < 0.91


def test_the_interval_scales_moves_and_turns_with_the_values():
    values = generator(13).exponential(1.0, 20)
    low, high = interval(values)
    assert interval(1e6 * values + 5.0) == pytest.approx((1e6 * low + 5.0, 1e6 * high + 5.0), rel=1e-9)
    assert interval(-values) == pytest.approx((-high, -low), rel=1e-9)


def test_equal_values_are_their_own_interval():
    assert interval(np.zeros(30)) == (0.0, 0.0)
    assert interval(np.full(7, 2.5)) == (2.5, 2.5)


@pytest.mark.parametrize("values", [[], [1.0], [1.0, 2.0], [1.0, 2.0, math.nan], [math.nan] * 9])
def test_under_three_seeds_there_is_no_interval(values):
    assert all(math.isnan(end) for end in interval(np.array(values)))


def test_seeds_without_a_value_are_left_out():
    values = generator(14).normal(size=12)
    assert interval(np.insert(values, [0, 5, 12], math.nan)) == interval(values)


def test_one_seed_in_thirty_gives_a_finite_interval_as_wide_as_the_exact_one():
    values = np.zeros(30)
    values[4] = 1.0
    low, high = interval(values)
    exact = stats.binomtest(1, 30).proportion_ci(method="exact")
    assert low < 0.0 < high
    assert high == pytest.approx(exact.high, rel=0.1)


def test_a_resample_of_ties_does_not_blow_the_interval_up():
    values = np.zeros(30)
    values[:2] = 5.0, 0.001  # a resample without the first is a thousandth as wide as the sample
    low, high = interval(values)
    assert low < 0.0
    assert high <= values.mean() * (1.0 + 1.0 / LEAST_ERROR) + 1e-12


def test_three_seeds_of_which_two_tie_give_no_narrower_interval_than_students():
    values = np.array([1.0, 1.0, 2.0])
    half = stats.t.ppf(0.975, 2) * stats.sem(values)
    low, high = interval(values)
    assert low <= values.mean() - half + 1e-12
    assert high >= values.mean() + half - 1e-12


# --- several means


def test_several_independent_arms_need_intervals_as_wide_as_sidak_says():
    values = generator(20).normal(size=(400, 8))
    ends = simultaneous_intervals(values)
    reach = (ends[:, 1] - ends[:, 0]) / 2 / stats.sem(values)
    assert reach == pytest.approx(np.full(8, stats.norm.ppf((1 + 0.95 ** (1 / 8)) / 2)), rel=0.03)


def test_an_arm_that_is_another_one_again_costs_no_width():
    values = generator(21).normal(size=(40, 1))
    alone, thrice = simultaneous_intervals(values), simultaneous_intervals(np.repeat(values, 3, axis=1))
    assert np.array_equal(np.repeat(alone, 3, axis=0), thrice)


def test_ten_identical_policies_seldom_have_a_winner_or_loser_at_once_but_often_one_by_one():
    rng, repetitions = generator(22), 250
    naive = joint = 0
    for _ in range(repetitions):
        luck = rng.normal(size=(30, 11))
        gaps = luck[:, 1:] - luck[:, :1]
        naive += any(not covers(interval(gap), 0.0) for gap in gaps.T)
        joint += any(not covers(ends, 0.0) for ends in simultaneous_intervals(gaps))
    assert naive / repetitions > 0.2
    assert joint / repetitions < 0.09


def test_arms_that_differ_nowhere_or_have_no_values_leave_the_others_as_they_are():
    values = generator(23).normal(1.0, 1.0, (30, 2))
    ends = simultaneous_intervals(np.column_stack([values, np.zeros(30), np.full(30, math.nan)]))
    assert np.array_equal(ends[:2], simultaneous_intervals(values))
    assert ends[2].tolist() == [0.0, 0.0]
    assert np.isnan(ends[3]).all()


def test_an_arm_that_lacks_some_seeds_takes_part_with_the_others():
    values = generator(24).normal(1.0, 1.0, (60, 3))
    holed = values.copy()
    holed[::6, 1] = math.nan
    ends = simultaneous_intervals(holed)
    full = simultaneous_intervals(values)
    assert np.isfinite(ends).all()
    assert ends[1, 0] < np.nanmean(holed[:, 1]) < ends[1, 1]
    assert 1.0 < (ends[1, 1] - ends[1, 0]) / (full[1, 1] - full[1, 0]) < 1.3


def rare(rng: np.random.Generator, chance: float, seeds: int, arms: int = 1) -> np.ndarray:
    """Arms that do something in few seeds; their mean is zero."""
    return (rng.random((seeds, arms)) < chance) - chance


def test_of_one_mean_or_of_equal_ones_the_interval_is_that_of_one_alone():
    for values in (generator(25).exponential(1.0, 30), generator(25).normal(size=8), np.repeat([0.0, 1.0], [29, 1])):
        alone = interval(values)
        assert tuple(simultaneous_intervals(values[:, None])[0]) == alone
        assert simultaneous_intervals(np.column_stack([values, values, np.zeros(values.size)]))[1] == pytest.approx(alone, rel=1e-12)


def test_the_intervals_of_several_are_never_narrower_than_each_alone_and_know_no_order():
    rng = generator(26)
    values = np.column_stack([rng.normal(size=(30, 2)), rng.lognormal(size=(30, 2)), rare(rng, 0.1, 30, 2)])
    ends = simultaneous_intervals(values)
    for k, column in enumerate(values.T):
        low, high = interval(column)
        assert ends[k, 0] <= low
        assert high <= ends[k, 1]
    assert np.array_equal(simultaneous_intervals(values[:, ::-1])[::-1], ends)


@pytest.mark.parametrize("different", [1, 2, 3])
def test_an_arm_that_differs_in_hardly_any_seed_does_not_widen_the_intervals_of_the_others(different):
    values = generator(27).normal(0.35, 1.0, (100, 4))
    few = np.zeros(100)
    few[7 : 7 + different] = 1.0
    alone, beside = simultaneous_intervals(values), simultaneous_intervals(np.column_stack([values, few]))
    assert np.diff(beside[:4]) == pytest.approx(np.diff(alone), rel=0.05)
    assert (beside[:4, 0] <= alone[:, 0]).all()
    assert beside[4, 0] < 0.0 < beside[4, 1]


def test_the_ends_of_several_skewed_arms_lie_on_the_side_where_seeds_are_missing():
    values = generator(28).lognormal(0.0, 1.0, (40, 3))
    low, high = simultaneous_intervals(values).T
    mean = values.mean(axis=0)
    assert (high - mean > 1.5 * (mean - low)).all()


@pytest.mark.parametrize("seeds", [10, 30, 100])
def test_intervals_of_arms_of_many_kinds_hold_together_about_as_often_as_they_say(seeds):
    """Where every arm is of a kind that its own interval can cope with: lognormal values are so from 100 seeds on."""
    rng, repetitions = generator(29), 200
    joint = 0
    for _ in range(repetitions):
        arms = [rng.normal(size=(seeds, 3)), rng.uniform(-1.0, 1.0, (seeds, 1)), rare(rng, 0.3, seeds)]
        if seeds == 100:
            arms.append(rng.lognormal(size=(seeds, 1)) - math.exp(0.5))
        joint += all(covers(ends, 0.0) for ends in simultaneous_intervals(np.column_stack(arms)))
    assert 0.90 <= joint / repetitions <= 0.985  # 0.95 less or plus 3 or so standard errors


def test_beside_an_arm_that_rarely_differs_the_others_err_about_as_often_as_they_say():
    rng, repetitions = generator(33), 250
    wrong = 0
    for _ in range(repetitions):
        values = np.column_stack([rng.normal(size=(100, 4)), rare(rng, 0.02, 100)])
        wrong += not all(covers(ends, 0.0) for ends in simultaneous_intervals(values)[:4])
    assert 0.02 <= wrong / repetitions <= 0.085  # a common width would let them err in less than 1 %


def test_of_more_arms_than_resamples_can_tell_apart_the_tails_go_on_as_students():
    values = generator(34).normal(size=(200, 300))
    ends = simultaneous_intervals(values)
    reach = np.diff(ends)[:, 0] / 2 / stats.sem(values)
    assert reach.mean() == pytest.approx(stats.t.ppf((1 + 0.95 ** (1 / 300)) / 2, 199), rel=0.05)


def test_more_confidence_takes_wider_intervals():
    values = generator(35).normal(size=(50, 3))
    usual, wider = simultaneous_intervals(values), simultaneous_intervals(values, 0.975)
    assert (np.diff(wider) > np.diff(usual)).all()
    assert tuple(simultaneous_intervals(values[:, :1], 0.5)[0]) != tuple(usual[0])


# --- the best arm


def test_chances_of_being_best_sum_to_one_and_are_shared_by_those_that_tie():
    values = generator(30).normal(size=(30, 3))
    chances = chances_of_best(values[:, [0, 1, 1, 2, 1]])
    assert chances.sum() == pytest.approx(1.0)
    assert chances[1] == chances[2] == chances[4]
    assert chances[1] == pytest.approx(chances_of_best(values)[1] / 3)
    assert chances_of_best(np.ones((30, 4))).tolist() == [0.25] * 4


def test_the_chance_of_being_the_better_of_two_is_that_of_the_difference_of_their_means():
    values = generator(31).normal(size=(200, 2)) + np.array([0.1, 0.0])
    gap = values[:, 0] - values[:, 1]
    assert chances_of_best(values)[0] == pytest.approx(stats.norm.cdf(gap.mean() / stats.sem(gap)), abs=0.03)


def test_an_arm_far_ahead_is_best_and_one_without_values_has_no_chance():
    values = generator(32).normal(size=(20, 3)) + np.array([0.0, 50.0, 0.0])
    values[:, 2] = math.nan
    assert chances_of_best(values)[:2].tolist() == [0.0, 1.0]
    assert math.isnan(chances_of_best(values)[2])


# --- ratios and shares


def test_of_many_normal_values_the_interval_of_a_ratio_is_fiellers():
    rng = generator(40)
    cost = rng.normal(100.0, 20.0, 400)
    extra = 0.05 * cost + rng.normal(0.0, 8.0, 400)
    (vc, cov), (_, ve) = np.cov(cost, extra) / 400
    t2, c, e = stats.t.ppf(0.975, 399) ** 2, cost.mean(), extra.mean()
    roots = np.sort(np.roots([e * e - t2 * ve, -2 * (c * e - t2 * cov), c * c - t2 * vc]))
    assert ratio_interval(cost, extra) == pytest.approx(tuple(roots), rel=0.02)


def test_the_interval_of_a_ratio_covers_as_often_as_it_says():
    rng, repetitions, truth = generator(41), 600, 50.0
    covered = told = 0
    for _ in range(repetitions):
        extra = rng.exponential(2.0, 30)
        ends = ratio_interval(rng.normal(100.0, 10.0, 30), extra)
        told += not math.isnan(ends[0])
        covered += covers(ends, truth)
    assert told == repetitions
    assert 0.92 <= covered / told <= 0.975


def test_a_ratio_over_what_may_be_nothing_has_no_interval():
    rng = generator(42)
    assert all(math.isnan(end) for end in ratio_interval(rng.normal(100.0, 1.0, 30), rng.normal(0.1, 1.0, 30)))
    assert all(math.isnan(end) for end in ratio_interval(np.ones(30), np.zeros(30)))
    assert all(math.isnan(end) for end in ratio_interval(np.ones(2), np.array([1.0, 2.0])))


def test_a_ratio_does_not_know_the_sign_that_both_share_and_scales_with_the_numerator():
    rng = generator(43)
    cost, extra = rng.normal(10.0, 2.0, 40), rng.exponential(1.0, 40)
    low, high = ratio_interval(cost, extra)
    assert low < cost.mean() / extra.mean() < high
    assert ratio_interval(-cost, -extra) == (low, high)
    assert ratio_interval(1_000 * cost, extra) == pytest.approx((1_000 * low, 1_000 * high), rel=1e-9)
    assert ratio_interval(-cost, extra) == pytest.approx((-high, -low), rel=1e-9)
    assert ratio_interval(7.0 * extra, extra) == pytest.approx((7.0, 7.0))


@pytest.mark.parametrize(("successes", "trials"), [(0, 30), (1, 30), (15, 30), (30, 30), (3, 4)])
def test_the_interval_of_a_share_is_wilsons(successes, trials):
    expected = stats.binomtest(successes, trials).proportion_ci(method="wilson")
    assert share_interval(successes, trials) == pytest.approx((expected.low, expected.high), abs=1e-12)


def test_a_share_of_no_trials_has_no_interval():
    assert all(math.isnan(end) for end in share_interval(0, 0))


# --- a paired effect


@pytest.mark.parametrize(("sds", "correlation"), [((1.0, 1.0), 0.9), ((2.0, 1.0), 0.5), ((1.0, 3.0), 0.0), ((1.0, 1.0), -0.4)])
def test_runs_saved_follow_from_spreads_and_correlation(sds, correlation):
    treated, control = with_moments(50, sds, correlation)
    found = paired_effect(treated, control)
    variances = sds[0] ** 2 + sds[1] ** 2
    assert found.correlation == pytest.approx(correlation, abs=1e-12)
    assert found.runs_saved == pytest.approx(50 * variances / (variances - 2 * correlation * sds[0] * sds[1]) - 50)


def test_as_many_independent_runs_as_were_saved_give_as_narrow_a_difference():
    sds, correlation, n = (1.0, 2.0), 0.8, 40
    treated, control = with_moments(n, sds, correlation)
    found = paired_effect(treated, control)
    runs = n + found.runs_saved
    assert (sds[0] ** 2 + sds[1] ** 2) / runs == pytest.approx((treated - control).var(ddof=1) / n)


def test_a_paired_effect_is_told_in_the_units_of_the_outcome_and_of_its_spread():
    rng = generator(50)
    control = rng.normal(10.0, 3.0, 60)
    treated = control + rng.normal(1.0, 0.5, 60)
    found = paired_effect(treated, control)
    gap = treated - control
    assert (found.n, found.undefined, found.note, found.spans_zero) == (60, 0, "", False)
    assert found.difference == pytest.approx(found.treated - found.control)
    assert (found.low, found.high) == interval(gap)
    assert found.d == pytest.approx(gap.mean() / gap.std(ddof=1))
    assert found.correlation == pytest.approx(stats.pearsonr(treated, control).statistic)
    assert math.isnan(found.seeds_needed)


def test_ties_are_neither_better_nor_worse_and_better_may_be_less():
    treated, control = np.array([1.0, 2.0, 3.0, 5.0]), np.array([1.0, 1.0, 1.0, 6.0])
    more, less = paired_effect(treated, control), paired_effect(treated, control, better=-1)
    assert (more.share_better, more.share_equal) == (0.5, 0.25)
    assert (less.share_better, less.share_equal) == (0.25, 0.25)


def test_rounding_noise_is_no_difference():
    control = np.array([0.3, 0.6, 1e6, 0.0])
    found = paired_effect(np.array([0.1 + 0.2, 0.1 + 0.5, 1e6 + 1e-10, 0.0]), control)
    assert (found.difference, found.share_better, found.share_equal, found.note) == (0.0, 0.0, 1.0, "no difference")
    balanced = paired_effect(1.0 + np.array([0.1, 0.2, -0.3]), np.ones(3))
    assert balanced.difference == 0.0
    assert balanced.share_equal == 0.0


def test_no_difference_at_all_is_zero_exactly_and_says_so():
    values = generator(51).normal(size=40)
    found = paired_effect(values, values)
    assert (found.difference, found.low, found.high, found.share_better, found.share_equal) == (0.0, 0.0, 0.0, 0.0, 1.0)
    assert (found.note, found.spans_zero) == ("no difference", True)
    assert found.correlation == pytest.approx(1.0)
    assert math.isnan(found.d)
    assert math.isnan(found.runs_saved)
    assert math.isnan(found.seeds_needed)


def test_a_difference_that_never_varies_is_known_exactly_but_has_no_spread():
    found = paired_effect(np.arange(40) + 2.0, np.arange(40.0))
    assert (found.low, found.high, found.spans_zero, found.note) == (2.0, 2.0, False, "")
    assert math.isnan(found.d)
    assert math.isnan(found.runs_saved)


@pytest.mark.parametrize("n", [0, 1, 2])
def test_an_effect_of_one_or_two_seeds_has_no_interval(n):
    found = paired_effect(np.full(n, 3.0), np.full(n, 1.0))
    assert (found.n, found.note, found.spans_zero) == (n, "undefined", True)
    assert math.isnan(found.low)
    assert math.isnan(found.seeds_needed)


def test_pairs_with_an_undefined_half_are_left_out_and_counted():
    rng = generator(52)
    treated, control = rng.normal(size=40), rng.normal(size=40)
    holed, other = np.insert(treated, [3, 9], [math.nan, 1.0]), np.insert(control, [3, 9], [1.0, math.nan])
    found, clean = paired_effect(holed, other), paired_effect(treated, control)
    assert (found.n, found.undefined, clean.undefined) == (40, 2, 0)
    assert (found.difference, found.low, found.high) == (clean.difference, clean.low, clean.high)


def test_few_seeds_and_intervals_over_zero_are_said():
    rng = generator(53)
    gap = rng.normal(0.0, 1.0, 40)
    gap += 0.05 - gap.mean()
    assert paired_effect(gap, np.zeros(40)).note == "spans zero"
    assert paired_effect(gap[:29], np.zeros(29)).note == "few seeds"
    assert paired_effect(5 + gap, np.zeros(40)).note == ""


@pytest.mark.parametrize("sign", [1.0, -1.0])
def test_with_the_seeds_that_are_needed_the_interval_no_longer_holds_zero(sign):
    gap = generator(54).exponential(1.0, 50)
    gap = sign * (gap - gap.mean() + 0.08)
    needed = paired_effect(gap, np.zeros(50)).seeds_needed
    assert needed > 50
    times = needed / 50
    more, fewer = np.tile(gap, math.ceil(1.25 * times)), np.tile(gap, math.floor(0.75 * times))
    assert not paired_effect(more, np.zeros(more.size)).spans_zero
    assert paired_effect(fewer, np.zeros(fewer.size)).spans_zero
