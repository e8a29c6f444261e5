/** @file ner/engine/real.h  The number the engine computes in: float in the product, double if ISG_DOUBLE is defined.
 *
 * Every engine source is compiled twice from the same text: once for the product, once (library ner_grad) for
 * gradient checks, which mean little in float (central differences of a CRF loss agree to 8e-3 in float, to
 * 1e-9 in double). */
#ifndef ISG_NER_ENGINE_REAL_H
#define ISG_NER_ENGINE_REAL_H
#include "src/isg.h"
#include <math.h>

#ifdef ISG_DOUBLE
typedef double isg_real;
#define ISG_REAL_MAX 1.7976931348623157e308
#define ISG_LOG(x) log(x)
#define ISG_SQRT(x) sqrt(x)
#else
typedef float isg_real;
#define ISG_REAL_MAX 3.402823466e38f
#define ISG_LOG(x) logf(x)
#define ISG_SQRT(x) sqrtf(x)
#endif
/** A constant in either precision: ISG_R(0.5). */
#define ISG_R(c) ((isg_real)(c))
#define ISG_NEG_INF (-(isg_real)INFINITY)

#endif
