/* The ledger of files that a project wrote, and the folder that it may write to. */
#include "tools/project/ledger.h"

#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum isg_status isg_regular_checksum(const char *file, char sum[17], struct isg_error *err)
{
    struct stat st;
    *sum = 0;
    if (stat(file, &st) == 0 && !S_ISREG(st.st_mode))
        return ISG_OK;
    return isg_file_checksum(file, sum, err);
}

/* ---- paths ---- */

/* Absolute path of a file that need not exist: links resolved, . and .. gone. */
static enum isg_status resolve(const char *path, char out[PATH_MAX], struct isg_error *err)
{
    size_t n = 0;
    if (*path != '/') {
        if (!getcwd(out, PATH_MAX))
            return isg_error_errno(err, path, "cannot find the current folder");
        n = strcmp(out, "/") == 0 ? 0 : strlen(out);
    }
    while (*path) {
        const size_t k = strcspn(path, "/");
        const char *part = path;
        path += k + (path[k] == '/');
        if (k == 0 || (k == 1 && *part == '.'))
            continue;
        if (k == 2 && part[0] == '.' && part[1] == '.') {
            while (n > 0 && out[n - 1] != '/')
                n--;
            n -= n > 0;
            continue;
        }
        if (n + k + 2 > PATH_MAX)
            return isg_error_set(err, ISG_EUSAGE, NULL, 0, "path longer than %d bytes", PATH_MAX);
        out[n++] = '/';
        memcpy(out + n, part, k);
        n += k;
        out[n] = 0;
        struct stat st;
        char target[PATH_MAX];
        if (lstat(out, &st) != 0 || !S_ISLNK(st.st_mode))
            continue;
        if (!realpath(out, target))
            return isg_error_errno(err, out, "cannot follow the symbolic link");
        n = (size_t)snprintf(out, PATH_MAX, "%s", target);
    }
    if (n == 0)
        out[n++] = '/';
    out[n] = 0;
    return ISG_OK;
}

/* What of an absolute path lies below a folder, "" for the folder itself; NULL = outside. */
static const char *below(const char *folder, const char *path)
{
    const size_t n = strcmp(folder, "/") == 0 ? 0 : strlen(folder);
    if (strncmp(folder, path, n) != 0 || (path[n] && path[n] != '/'))
        return NULL;
    return path + n + (path[n] == '/');
}

static bool is_hidden(const char *path)
{
    return *path == '.' || strstr(path, "/.");
}

static enum isg_status outside(const char *file, const char *why, struct isg_error *err)
{
    isg_error_set(err, ISG_EUSAGE, file, 0, "%s", why);
    return isg_error_advice(err, "if you trust the project, --allow-outside lets it write there");
}

/* ---- the ledger's own file ---- */

/* $XDG_STATE_HOME/isogloss/projects/HASH.json; NULL where there is no home. The folders are made when it is saved. */
static char *ledger_path(const char *project)
{
    const char *state = getenv("XDG_STATE_HOME"), *home = getenv("HOME");
    const bool own = state && *state == '/';
    const char *base = own ? state : home;
    if (!base || *base != '/')
        return NULL;
    const size_t n = strlen(base) + 80;
    char *path = isg_malloc(n, 1);
    if (path)
        snprintf(path, n, "%s%s/isogloss/projects/%016llx.json", base, own ? "" : "/.local/state",
            (unsigned long long)isg_checksum(project, strlen(project), 0));
    return path;
}

static enum isg_status make_folders(const char *file, struct isg_error *err)
{
    char path[PATH_MAX];
    if (strlen(file) >= sizeof path)
        return isg_error_set(err, ISG_EUSAGE, NULL, 0, "path longer than %zu bytes", sizeof path - 1);
    snprintf(path, sizeof path, "%s", file);
    for (char *slash = strchr(path + 1, '/'); slash; slash = strchr(slash + 1, '/')) {
        *slash = 0;
        if (mkdir(path, 0700) != 0 && errno != EEXIST && errno != EROFS && errno != EACCES)
            return isg_error_errno(err, path, "cannot make the folder");
        *slash = '/';
    }
    return ISG_OK;
}

/* A ledger that cannot be kept costs the user a --force later, and no file: a warning. */
static enum isg_status save(const struct isg_ledger *l, const struct isg_env *env, struct isg_error *err)
{
    json_t *object = json_pack("{s:o, s:O}", "project", isg_json_text(l->project), "files", l->files);
    char *text = object ? json_dumps(object, JSON_INDENT(1)) : NULL;
    json_decref(object);
    if (!text)
        return isg_error_nomem(err, "the project's ledger");
    enum isg_status status = ISG_OK;
    if (l->path) {
        status = make_folders(l->path, err);
        if (status == ISG_OK)
            status = isg_write_file(l->path, text, strlen(text), true, err);
    }
    isg_reserve_free(text);
    if (status == ISG_ENOMEM || status == ISG_ECANCELED)
        return status;
    if (status != ISG_OK || !l->path)
        isg_log(env, ISG_LOG_WARNING,
            "cannot note which files this project wrote (%s): a later run needs --force to overwrite them",
            l->path ? l->path : "neither XDG_STATE_HOME nor HOME is set");
    return ISG_OK;
}

static enum isg_status load(struct isg_ledger *l, struct isg_error *err)
{
    json_error_t bad;
    json_t *object = l->path ? json_load_file(l->path, 0, &bad) : NULL;
    json_t *files = json_object_get(object, "files");
    const char *project = json_string_value(json_object_get(object, "project"));
    l->files = json_is_object(files) && project && strcmp(project, l->project) == 0 ? json_incref(files)
                                                                                    : json_object();
    json_decref(object);
    return l->files ? ISG_OK : isg_error_nomem(err, "the project's ledger");
}

enum isg_status isg_ledger_open(
    struct isg_ledger *l, const char *project, const char *out, bool trusted, struct isg_error *err)
{
    char path[PATH_MAX], folder[PATH_MAX], root[PATH_MAX];
    ISG_TRY(resolve(project, path, err));
    ISG_TRY(resolve(".", folder, err));
    ISG_TRY(resolve(out ? out : folder, root, err));
    const char *part = below(folder, root);
    if (!trusted && !l->allow_outside && (!part || is_hidden(part)))
        return outside(out, "the project's output folder lies outside the folder of the project file", err);
    l->project = isg_strndup(path, strlen(path));
    l->root = isg_strndup(root, strlen(root));
    if (!l->project || !l->root)
        return isg_error_nomem(err, "the project's ledger");
    l->path = ledger_path(path);
    return load(l, err);
}

void isg_ledger_close(struct isg_ledger *l)
{
    isg_free(l->path);
    isg_free(l->project);
    isg_free(l->root);
    json_decref(l->files);
    json_decref(l->before);
}

/* ---- permission ---- */

/* Resolves a path that lies where the project may write. */
static enum isg_status permitted(
    const struct isg_ledger *l, const char *file, char path[PATH_MAX], struct isg_error *err)
{
    ISG_TRY(resolve(file, path, err));
    const char *part = below(l->root, path);
    if (!part && !l->allow_outside)
        return outside(file, "the project may only write to its output folder", err);
    if (part && is_hidden(part) && !l->allow_outside)
        return outside(file, "the project may not write to hidden files", err);
    return ISG_OK;
}

enum isg_status isg_ledger_check_state(const struct isg_ledger *l, const char *file, struct isg_error *err)
{
    char path[PATH_MAX];
    ISG_TRY(resolve(file, path, err));
    if (below(l->root, path) || l->allow_outside)
        return ISG_OK;
    return outside(file, "the project's state leads elsewhere", err);
}

enum isg_status isg_ledger_check(
    const struct isg_ledger *l, const char *file, const char *recorded, struct isg_error *err)
{
    char path[PATH_MAX], sum[17];
    struct stat st;
    ISG_TRY(permitted(l, file, path, err));
    if (l->force || stat(path, &st) != 0 || !S_ISREG(st.st_mode))
        return ISG_OK;
    const json_t *entry = json_object_get(l->files, path);
    if (json_is_null(entry))
        return ISG_OK;
    ISG_TRY(isg_file_checksum(path, sum, err));
    const char *ours = json_string_value(entry);
    if ((ours && strcmp(ours, sum) == 0) || (recorded && strcmp(recorded, sum) == 0))
        return ISG_OK;
    isg_error_set(err, ISG_EUSAGE, file, 0, "output file already exists, %s",
        ours ? "and has changed since this project wrote it" : "and this project did not write it");
    return isg_error_advice(err, "move it away, or give --force to overwrite it");
}

/* ---- a stage ---- */

enum isg_status isg_ledger_begin(
    struct isg_ledger *l, const char *const *files, size_t n, const struct isg_env *env, struct isg_error *err)
{
    json_decref(l->before);
    l->before = json_object();
    for (size_t i = 0; l->before && i < n; i++) {
        char path[PATH_MAX], sum[17] = "";
        ISG_TRY(resolve(files[i], path, err));
        if (access(path, F_OK) == 0)
            ISG_TRY(isg_regular_checksum(path, sum, err));
        json_t *entry = json_object_get(l->files, path);
        json_t *both = json_pack("[o, s]", entry ? json_incref(entry) : json_false(), sum);
        if (!both || json_object_set_new(l->before, path, both) != 0 ||
            json_object_set_new(l->files, path, json_null()) != 0)
            return isg_error_nomem(err, "the project's ledger");
    }
    if (!l->before)
        return isg_error_nomem(err, "the project's ledger");
    return n ? save(l, env, err) : ISG_OK;
}

enum isg_status isg_ledger_end(struct isg_ledger *l, bool succeeded, const struct isg_env *env, struct isg_error *err)
{
    const char *path;
    json_t *both; /* false or the earlier entry, and the checksum */
    int failed = 0;
    json_object_foreach(l->before, path, both)
    {
        char sum[17] = "";
        struct isg_error ignored;
        json_t *entry = json_array_get(both, 0);
        if (access(path, F_OK) != 0 || isg_regular_checksum(path, sum, &ignored) != ISG_OK)
            *sum = 0;
        const bool same = strcmp(sum, json_string_value(json_array_get(both, 1))) == 0;
        if (!succeeded && same && !json_is_false(entry))
            failed |= json_object_set(l->files, path, entry);
        else if (!*sum || (!succeeded && same)) /* not written, or not by the stage */
            (void)json_object_del(l->files, path);
        else
            failed |= json_object_set_new(l->files, path, json_string(sum));
    }
    const bool any = json_object_size(l->before) > 0;
    json_decref(l->before);
    l->before = NULL;
    if (failed)
        return isg_error_nomem(err, "the project's ledger");
    return any ? save(l, env, err) : ISG_OK;
}
