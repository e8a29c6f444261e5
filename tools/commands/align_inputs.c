/* Input files of the `align` commands. */
#include "tools/commands/align_inputs.h"

#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

/* "500M", "4G", or bytes. */
enum isg_status isg_align_parse_size(const char *text, uint64_t *bytes, struct isg_error *err)
{
    char *end;
    const double value = strtod(text, &end);
    const char *const units = "KMGT", *const unit = *end ? strchr(units, *end >= 'a' ? *end - 32 : *end) : NULL;
    double factor = 1;
    for (const char *u = units; unit && u <= unit; u++)
        factor *= 1024;
    if (end == text || !(value > 0) || value * factor > 1e18 || (*end && (!unit || end[1]))) {
        isg_error_set(err, ISG_EUSAGE, NULL, 0, "--memory \"%s\"", text);
        return isg_error_expected(err, "a size such as 500M or 4G");
    }
    *bytes = (uint64_t)(value * factor);
    return ISG_OK;
}

enum isg_status isg_align_load_vectors(
    struct isg_app *app, struct isg_align_inputs *in, enum isg_side side, struct isg_error *err)
{
    struct isg_vectors_report report;
    struct isg_vectors_opts opts = {
        .max_vocab = (size_t)in->max_vocab, .bad_utf8 = ISG_BAD_UTF8_SKIP, .folder = getenv("TMPDIR")};
    if (in->memory) {
        ISG_TRY(isg_align_parse_size(in->memory, &opts.memory, err));
        opts.memory /= 4; /* a quarter a side: the other half is for what is learnt or found */
    }
    const char *const path = in->path[side];
    ISG_TRY(isg_vectors_load(&in->v[side], path, &opts, &report, &app->env, err));
    isg_log(&app->env, ISG_LOG_INFO, "%s: %zu words of %zu dimensions (%s%s)", path, in->v[side].m.rows,
        in->v[side].m.cols, report.format, report.packing ? ", compressed" : "");
    if (report.duplicates)
        isg_log(&app->env, ISG_LOG_WARNING, "%s:%llu: %llu duplicate words; the first row of each is used", path,
            (unsigned long long)report.first_duplicate_line, (unsigned long long)report.duplicates);
    if (report.bad_utf8)
        isg_log(&app->env, ISG_LOG_WARNING, "%s:%llu: skipped %llu words of invalid UTF-8", path,
            (unsigned long long)report.first_bad_utf8_line, (unsigned long long)report.bad_utf8);
    if (report.zero_rows)
        isg_log(&app->env, ISG_LOG_WARNING, "%s: %llu words have a zero vector and get no translation", path,
            (unsigned long long)report.zero_rows);
    return ISG_OK;
}

enum isg_status isg_align_check_sides(
    const struct isg_align_map *map, const char *map_path, const char *src, const char *tgt, struct isg_error *err)
{
    const char *const made_from[2] = {isg_align_map_meta(map, "source_xxh3"), isg_align_map_meta(map, "target_xxh3")};
    const char *const path[2] = {src, tgt};
    static const char *const option[2] = {"--src", "--tgt"}, *const side[2] = {"source", "target"};
    if (!made_from[0] || !made_from[1] || strcmp(made_from[0], made_from[1]) == 0)
        return ISG_OK;
    for (int s = 0; s < 2; s++) {
        char sum[17];
        if (strcmp(path[s], "-") == 0)
            continue;
        ISG_TRY(isg_file_checksum(path[s], sum, err));
        if (strcmp(sum, made_from[!s]) != 0)
            continue;
        isg_error_set(err, ISG_EUSAGE, NULL, 0, "%s %s is the %s side of %s", option[s], path[s], side[!s], map_path);
        return isg_error_advice(err, "swap --src and --tgt, or fit a map for this direction");
    }
    return ISG_OK;
}

enum isg_status isg_index_sums(
    struct isg_index_sums *out, const char *map, const char *const side[2], struct isg_error *err)
{
    memset(out, 0, sizeof *out);
    ISG_TRY(isg_file_checksum(map, out->map, err));
    for (int s = 0; s < 2; s++) {
        if (side[s] && strcmp(side[s], "-") == 0)
            return isg_error_set(err, ISG_EUSAGE, NULL, 0, "a saved index needs vectors from files, not from a pipe");
        if (side[s])
            ISG_TRY(isg_file_checksum(side[s], out->side[s], err));
    }
    return ISG_OK;
}

static bool is_file(const char *path)
{
    struct stat st;
    return stat(path, &st) == 0 && S_ISREG(st.st_mode);
}

static enum isg_status load_index(struct isg_align_space *space, const char *path, const char *parameters,
    const char *map, const char *const side[2], struct isg_error *err)
{
    struct isg_index_sums sums;
    ISG_TRY(isg_index_sums(&sums, map, side, err));
    const struct isg_align_index_of of = {
        .map = sums.map, .target = sums.side[ISG_TARGET], .source = sums.side[ISG_SOURCE]};
    return isg_align_space_load_index(space, path, parameters, &of, err);
}

enum isg_status isg_align_use_index(struct isg_app *app, struct isg_align_space *space, const char *index,
    enum isg_retrieval retrieval, const char *map, const char *const side[2], struct isg_error *err)
{
    const char *const semicolon = strrchr(index, ';');
    double recall;
    char *const start = isg_strndup(index, semicolon ? (size_t)(semicolon - index) : strlen(index));
    if (!start)
        return isg_error_nomem(err, "an index");
    enum isg_status status;
    if (is_file(index))
        status = load_index(space, index, NULL, map, side, err);
    else if (semicolon && is_file(start))
        status = load_index(space, start, semicolon + 1, map, side, err);
    else
        status = isg_align_space_set_index(space, index, err);
    isg_free(start);
    ISG_TRY(status);
    if (isg_align_space_exact(space))
        return ISG_OK;
    ISG_TRY(isg_align_space_recall(space, ISG_SOURCE, retrieval, 10, &recall, &app->env, err));
    isg_log(&app->env, ISG_LOG_WARNING, "index %s finds %.2f %% of the exact 10 best", index, 100 * recall);
    return ISG_OK;
}

enum isg_status isg_align_load_inputs(struct isg_app *app, struct isg_align_inputs *in, struct isg_error *err)
{
    if (!in->map)
        ISG_TRY(isg_align_map_load(&in->map, in->map_path, err));
    ISG_TRY(isg_align_check_sides(in->map, in->map_path, in->path[0], in->path[1], err));
    struct isg_space_opts opts = {.csls_k = (uint32_t)in->csls_k, .folder = getenv("TMPDIR")};
    if (in->memory)
        ISG_TRY(isg_align_parse_size(in->memory, &opts.memory, err));
    ISG_TRY(isg_align_space_open(&in->space, in->map, &opts, err));
    for (int s = 0; s < 2; s++) {
        ISG_TRY(isg_align_load_vectors(app, in, (enum isg_side)s, err));
        ISG_TRY(isg_align_space_take(in->space, (enum isg_side)s, &in->v[s], &app->env, err));
    }
    if (in->rerank)
        ISG_TRY(isg_align_space_set_words(in->space, &in->v[0], &in->v[1], err));
    return in->index ? isg_align_use_index(app, in->space, in->index,
                           (enum isg_retrieval)isg_retrieval_find(in->retrieval), in->map_path, in->path, err)
                     : ISG_OK;
}

void isg_align_inputs_fini(struct isg_align_inputs *in)
{
    isg_align_space_free(in->space);
    isg_align_map_free(in->map);
    isg_vectors_fini(&in->v[0]);
    isg_vectors_fini(&in->v[1]);
}

enum isg_status isg_align_load_dict(struct isg_app *app, struct isg_dict *dict, const char *path, struct isg_error *err)
{
    ISG_TRY(isg_dict_load(dict, path, &app->env, err));
    const struct isg_dict_report *const r = &dict->report;
    isg_log(&app->env, r->broken ? ISG_LOG_WARNING : ISG_LOG_INFO,
        "%s: %llu pairs (%llu with phrases) in %llu lines; %llu empty, %llu malformed, %llu duplicate", path,
        (unsigned long long)r->entries, (unsigned long long)r->multi_word, (unsigned long long)r->lines,
        (unsigned long long)r->empty, (unsigned long long)r->broken, (unsigned long long)r->duplicates);
    if (r->broken)
        isg_log(&app->env, ISG_LOG_WARNING, "%s:%llu: the first malformed line", path,
            (unsigned long long)r->first_broken_line);
    return ISG_OK;
}

enum isg_status isg_align_orient(struct isg_dict *dict, const char *path, const struct isg_vectors *src,
    const struct isg_vectors *tgt, enum isg_dict_case rule, const char *option, bool swap, struct isg_error *err)
{
    char advice[80];
    if (swap)
        isg_dict_swap(dict);
    snprintf(advice, sizeof advice, swap ? "leave out --%s" : "turn it round with --%s, or swap the vectors", option);
    return isg_dict_check_orientation(dict, path, src, tgt, rule, advice, err);
}
