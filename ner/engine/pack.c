/** @file ner/engine/pack.c  Copies of parameters in the order the kernels read.
 *
 * Operations ask for a copy; the first time they make it in the tape and leave a note, so that from the next
 * isg_params_pack on the copy is made once for all shards. */
#include "ner/engine/pack.h"
#include "ner/engine/private.h"

static size_t pack_size(const struct isg_kernels *k, const struct isg_param *p, enum isg_pack_kind kind)
{
    switch (kind) {
    case ISG_PACK_B:
        return k->packed_size(p->rows, p->cols);
    case ISG_PACK_T:
        return k->packed_size(p->cols, p->rows);
    case ISG_PACK_GATES:
        return (size_t)p->rows * 4 * ((p->cols / 4 + k->vw - 1) / k->vw * k->vw);
    default:
        return isg_param_size(p);
    }
}

static void pack_into(const struct isg_kernels *k, const struct isg_param *p, enum isg_pack_kind kind, isg_real *out)
{
    switch (kind) {
    case ISG_PACK_B:
        k->pack(p->rows, p->cols, p->value, p->cols, 1, out);
        break;
    case ISG_PACK_T:
        k->pack(p->cols, p->rows, p->value, 1, p->cols, out);
        break;
    case ISG_PACK_GATES:
        k->pack_gates(p->rows, p->cols / 4, p->value, out);
        break;
    default:
        for (size_t j = 0; j < p->cols; j++)
            for (size_t i = 0; i < p->rows; i++)
                out[j * p->rows + i] = p->value[i * p->cols + j];
    }
}

const isg_real *isg_tape_pack(struct isg_tape *t, const struct isg_param *p, enum isg_pack_kind kind)
{
    struct isg_packed *const c = p->packed;
    if (c->copy[kind].version == p->version && c->copy[kind].isa == t->k->isa)
        return c->copy[kind].x;
    __atomic_fetch_or(&c->wanted, 1u << kind, __ATOMIC_RELAXED);
    __atomic_store_n(&c->isa, (uint32_t)t->k->isa, __ATOMIC_RELAXED);
    isg_real *const x = isg_tape_reals(t, pack_size(t->k, p, kind));
    if (x)
        pack_into(t->k, p, kind, x);
    return x;
}

struct pack_job {
    const struct isg_kernels *k;
    struct isg_param *p;
    enum isg_pack_kind kind;
};

static void pack_one(void *cookie, size_t i, unsigned worker)
{
    (void)worker;
    const struct pack_job *const j = (const struct pack_job *)cookie + i;
    pack_into(j->k, j->p, j->kind, j->p->packed->copy[j->kind].x);
    j->p->packed->copy[j->kind].version = j->p->version;
    j->p->packed->copy[j->kind].isa = j->k->isa;
}

enum isg_status isg_params_pack(struct isg_params *p, bool backward, struct isg_pool *pool, struct isg_error *err)
{
    const uint32_t n = isg_params_count(p);
    struct pack_job *const jobs = isg_malloc((size_t)n * ISG_PACK_KINDS, sizeof *jobs);
    if (!jobs)
        return isg_error_nomem(err, "packing parameters");
    size_t n_jobs = 0;
    for (uint32_t i = 0; i < n; i++) {
        struct isg_param *const x = isg_params_at(p, i);
        struct isg_packed *const c = x->packed;
        for (int kind = 0; kind < ISG_PACK_KINDS; kind++) {
            if (!(c->wanted >> kind & 1) || (!backward && (kind == ISG_PACK_T || kind == ISG_PACK_FLIP)))
                continue;
            const struct isg_kernels *const k = isg_kernels_get((enum isg_level_isa)c->isa);
            if (c->copy[kind].version == x->version && c->copy[kind].isa == c->isa)
                continue;
            const size_t size = pack_size(k, x, (enum isg_pack_kind)kind);
            if (c->copy[kind].n != size) {
                isg_free(c->copy[kind].x);
                c->copy[kind].version = 0;
                c->copy[kind].n = 0;
                c->copy[kind].x = isg_malloc(size, sizeof(isg_real));
                if (!c->copy[kind].x) {
                    isg_free(jobs);
                    return isg_error_nomem(err, "packed parameters");
                }
                c->copy[kind].n = size;
            }
            jobs[n_jobs++] = (struct pack_job){k, x, (enum isg_pack_kind)kind};
        }
    }
    isg_pool_run(pool, n_jobs, pack_one, jobs);
    isg_free(jobs);
    return ISG_OK;
}
