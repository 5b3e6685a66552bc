"""Exponential, logarithm and friends from `+ - * /` alone, so that every CPU gives the same bits.

The C library picks a variant of `exp` and `log` by CPU, and the variants differ in the last bit. These do not: they use
only operations that IEEE 754 fixes exactly. Largest error against the true value: about 1 ulp. The approximations on the
reduced ranges are those of fdlibm (Sun Microsystems 1993).

The common path has no branch and no call, so that a loop over an array reckons several values at once. For the same
reason a divisor that is never zero is written `np.divide`: the plain sign would carry a check and an exception.
"""

import math

import numpy as np

from clustersim.kernels import kernel

_LOG2_E = 1.4426950408889634
_LN2_HIGH = 6.93147180369123816490e-01  # the first 33 bits of ln 2, so that k * _LN2_HIGH is exact
_LN2_LOW = 1.90821492927058770002e-10
_EXP_UNDERFLOW = -708.0  # exp of less is taken as 0; the numbers left out are below 4e-308
_EXP_OVERFLOW = 710.0  # exp of more is infinite in double precision
# Adding 1.5 * 2^52 rounds a number to a whole one and leaves that in the last bits; 1022 is the exponent bias of a half.
_ROUNDER = 6755399441055744.0 + 1022.0
_MANTISSA_BITS = 52
_SQRT_HALF_BITS = 0x3FE6A09E667F3BCD
_MANTISSA_MASK = 0xFFFFFFFFFFFFF
_SMALLEST_NORMAL = 2.0**-1022
_TWO_TO_54 = 2.0**54


@kernel
def bits_of(x):
    """The 64 bits of a float as a whole number."""
    return np.float64(x).view(np.int64)


@kernel
def float_of(bits):
    """The float that has these 64 bits."""
    return np.int64(bits).view(np.float64)


@kernel
def _split_exp(x):
    """`(q, half)` with exp(x) = 2 half (1 + q), for x in [-708, 710]; half is a power of two, q in [-.3, .42].

    x = k ln 2 + r, q = exp(r) - 1. Half of 2^k is given because 2^1024 is no number although exp(709.7) is one.
    """
    rounded = x * _LOG2_E + _ROUNDER
    k = rounded - _ROUNDER
    high = x - k * _LN2_HIGH
    low = k * _LN2_LOW
    r = high - low
    z = r * r
    p = 4.13813679705723846039e-08
    p = p * z - 1.65339022054652515390e-06
    p = p * z + 6.61375632143793436117e-05
    p = p * z - 2.77777777770155933842e-03
    p = p * z + 1.66666666666666019037e-01
    c = r - z * p
    q = high - (low - np.divide(r * c, 2.0 - c))
    # the last bits of `rounded` are k + 1022: moved to the exponent's place they are 2^(k - 1)
    return q, float_of(bits_of(rounded) << _MANTISSA_BITS)


@kernel
def exp(x):
    """e to the power x. Nothing below 4e-308 is told from 0."""
    within = clip(x, _EXP_UNDERFLOW, _EXP_OVERFLOW)
    q, half = _split_exp(within)
    return 0.0 if x < _EXP_UNDERFLOW else 2.0 * (half * (1.0 + q))


@kernel
def one_less_exp(x):
    """1 - exp(-x) for x >= 0, to the last digits also where x is small."""
    q, half = _split_exp(max(-x, -40.0))  # beyond 40 the value is 1 to the last digit
    return (1.0 - 2.0 * half) - 2.0 * half * q


@kernel
def log(x):
    """Natural logarithm; -inf at 0, nan below. ln(m) = 2 artanh((m - 1)/(m + 1)) on m in [sqrt(1/2), sqrt(2))."""
    if not 0.0 < x < math.inf:
        return -math.inf if x == 0.0 else x if x > 0.0 else math.nan
    scaled = 0.0
    if x < _SMALLEST_NORMAL:  # make room for the missing leading bits
        x = x * _TWO_TO_54
        scaled = 54.0
    # counted from the bits of sqrt(1/2), the exponent's bits are k and the others those of m
    bits = bits_of(x) - _SQRT_HALF_BITS
    k = float(bits >> _MANTISSA_BITS) - scaled
    f = float_of((bits & _MANTISSA_MASK) + _SQRT_HALF_BITS) - 1.0
    s = np.divide(f, 2.0 + f)
    z = s * s
    p = 1.479819860511658591e-01
    p = p * z + 1.531383769920937332e-01
    p = p * z + 1.818357216161805012e-01
    p = p * z + 2.222219843214978396e-01
    p = p * z + 2.857142874366239149e-01
    p = p * z + 3.999999999940941908e-01
    p = p * z + 6.666666666666735130e-01
    square = 0.5 * f * f
    return k * _LN2_HIGH - ((square - (s * (square + z * p) + k * _LN2_LOW)) - f)


@kernel
def logistic(x):
    """1 / (1 + exp(-x)), without overflow for large |x|."""
    e = exp(-abs(x))
    return np.divide(1.0 if x >= 0.0 else e, 1.0 + e)


@kernel
def power(x, y):
    """x to the power y for x >= 0: exp(y ln x), with 0 to any positive power 0 and anything to the power 0 one.

    The error of y ln x is passed on: about 1 + |y ln x| ulp.
    """
    if y == 0.0:
        return 1.0
    if x == 0.0:
        return 0.0
    return exp(y * log(x))


@kernel
def clip(x, low, high):
    """x moved into [low, high]."""
    if x < low:
        return low
    if x > high:
        return high
    return x
