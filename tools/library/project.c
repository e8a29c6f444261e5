/* Projects of the library: the `run` command, in a thread with its own current folder. */
#include "tools/library/private.h"
#include "tools/app.h"
#include <isogloss/project.h>

#include <fcntl.h>
#include <pthread.h>
#include <sched.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define TOOL_DECLARE(name) extern const struct isg_tool isg_tool_##name;
ISG_TOOLS(TOOL_DECLARE)
#define TOOL_ENTRY(name) &isg_tool_##name,
static const struct isg_tool *const tools[] = {ISG_TOOLS(TOOL_ENTRY) NULL};

/* A project enters its folder. So it runs in a thread that shares no current folder with the rest of the process; what it
 * has to say is passed to the calling thread, which waits. */
struct job {
    struct isogloss_context *c;
    int argc;
    char **argv;
    json_t *result;
    enum isg_status status;
    struct isg_error err;
    pthread_mutex_t lock;
    pthread_cond_t changed;
    enum { NOTHING, PROGRESS, LOG, DONE } event; /* for the calling thread */
    /* of the event */
    const char *text;
    uint64_t done, total;
    enum isogloss_level level;
    int answer;
};

/* Hands an event to the calling thread and waits until it has been seen to. */
static int hand_over(struct job *j, int event, const char *text)
{
    (void)pthread_mutex_lock(&j->lock);
    j->text = text;
    j->event = event;
    (void)pthread_cond_broadcast(&j->changed);
    while (j->event != NOTHING && event != DONE)
        (void)pthread_cond_wait(&j->changed, &j->lock);
    const int answer = j->answer;
    (void)pthread_mutex_unlock(&j->lock);
    return answer;
}

static int pass_progress(void *cookie, const char *stage, uint64_t done, uint64_t total)
{
    struct job *const j = cookie;
    if (!j->c->progress)
        return 0;
    j->done = done;
    j->total = total;
    return hand_over(j, PROGRESS, stage);
}

ISG_PRINTF(3, 0)
static void pass_log(void *cookie, enum isg_level level, const char *fmt, va_list ap)
{
    struct job *const j = cookie;
    char text[1024];
    if (!j->c->log)
        return;
    vsnprintf(text, sizeof text, fmt, ap);
    j->level = (enum isogloss_level)level;
    (void)hand_over(j, LOG, text);
}

static void run(struct job *j)
{
    char *text = NULL;
    size_t size = 0;
    FILE *const results = open_memstream(&text, &size);
    if (!results) {
        j->status = isg_error_nomem(&j->err, "a project");
        return;
    }
    struct isg_app app = {.seed = 1,
        .is_stage = true,
        .tools = tools,
        .env = {.cookie = j, .log = pass_log, .progress = pass_progress},
        .results = results,
        .json = true,
        .threads = (int64_t)j->c->threads};
    if (j->c->threads != 1) /* its workers share the thread's folder */
        app.env.pool = isg_pool_new(j->c->threads);
    j->status = isg_tool_run(&isg_tool_run_project, &app, j->argc, j->argv, &j->err);
    j->result = app.result;
    isg_pool_free(app.env.pool);
    (void)fclose(results);
    free(text);
}

static void *run_apart(void *cookie)
{
    struct job *const j = cookie;
    int folder = -1;
#ifdef CLONE_FS
    if (unshare(CLONE_FS) != 0) /* refused in some containers: the process goes to the project's folder and back */
#endif
        folder = open(".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    run(j);
    if (folder >= 0) {
        if (fchdir(folder) != 0 && j->status == ISG_OK)
            j->status = isg_error_errno(&j->err, NULL, "cannot return to the current folder");
        (void)close(folder);
    }
    (void)hand_over(j, DONE, NULL);
    return NULL;
}

/* Callbacks belong to the calling thread. */
static void wait_for(struct job *j)
{
    (void)pthread_mutex_lock(&j->lock);
    while (j->event != DONE) {
        if (j->event == NOTHING) {
            (void)pthread_cond_wait(&j->changed, &j->lock);
            continue;
        }
        (void)pthread_mutex_unlock(&j->lock);
        if (j->event == PROGRESS)
            j->answer = j->c->progress(j->c->progress_cookie, j->text, j->done, j->total);
        else
            j->c->log(j->c->log_cookie, j->level, j->text);
        (void)pthread_mutex_lock(&j->lock);
        j->event = NOTHING;
        (void)pthread_cond_broadcast(&j->changed);
    }
    (void)pthread_mutex_unlock(&j->lock);
}

static enum isg_status run_and_wait(struct job *j, struct isg_error *err)
{
    pthread_t thread;
    (void)pthread_mutex_init(&j->lock, NULL);
    (void)pthread_cond_init(&j->changed, NULL);
    const bool started = pthread_create(&thread, NULL, run_apart, j) == 0;
    if (started) {
        wait_for(j);
        (void)pthread_join(thread, NULL);
    } else {
        j->status = isg_error_nomem(&j->err, "a thread");
    }
    (void)pthread_cond_destroy(&j->changed);
    (void)pthread_mutex_destroy(&j->lock);
    if (j->status != ISG_OK)
        *err = j->err;
    return j->status;
}

/* The words of `isogloss run`, in one block. */
static enum isg_status make_words(
    struct job *j, const char *path, const struct isogloss_project_options *o, struct isg_error *err)
{
    char seed[32];
    snprintf(seed, sizeof seed, "%llu", (unsigned long long)(o->seed ? o->seed : 1));
    const size_t most = 2 * o->n_sets + 9;
    const char **const words = isg_calloc(most, sizeof *words);
    if (!words)
        return isg_error_nomem(err, "a project");
    int n = 0;
    words[n++] = "--seed";
    words[n++] = seed;
    if (o->dry_run)
        words[n++] = "--dry-run";
    if (o->force)
        words[n++] = "--force";
    if (o->allow_outside)
        words[n++] = "--allow-outside";
    if (o->out) {
        words[n++] = "--out";
        words[n++] = o->out;
    }
    for (size_t i = 0; i < o->n_sets; i++) {
        words[n++] = "--set";
        words[n++] = o->sets[i];
    }
    words[n++] = path;
    size_t bytes = (size_t)(n + 1) * sizeof *j->argv;
    for (int i = 0; i < n; i++)
        bytes += strlen(words[i]) + 1;
    j->argv = isg_malloc(bytes, 1);
    char *to = j->argv ? (char *)(j->argv + n + 1) : NULL;
    for (int i = 0; to && i < n; i++) {
        const size_t length = strlen(words[i]) + 1;
        j->argv[i] = memcpy(to, words[i], length);
        to += length;
    }
    isg_free((void *)words);
    if (!j->argv)
        return isg_error_nomem(err, "a project");
    j->argv[n] = NULL;
    j->argc = n;
    return ISG_OK;
}

static enum isg_status make_report(const json_t *result, char **report, struct isg_error *err)
{
    char *const text = json_dumps(result, JSON_COMPACT | JSON_REAL_PRECISION(10));
    *report = text ? isg_strndup(text, strlen(text)) : NULL;
    isg_reserve_free(text);
    return *report ? ISG_OK : isg_error_nomem(err, "a report");
}

enum isogloss_status isogloss_project_run(
    struct isogloss_context *c, const char *path, const struct isogloss_project_options *options, char **report)
{
    struct isg_error *const err = isg_library_begin(c);
    struct isogloss_project_options o;
    struct job j = {.c = c};
    enum isg_status status;
    if (report)
        *report = NULL;
    ISG_GOTO(isg_library_options(&o, sizeof o, options, err));
    ISG_GOTO(isg_library_path(path, err));
    ISG_GOTO(make_words(&j, path, &o, err));
    ISG_GOTO(run_and_wait(&j, err));
    if (report)
        status = make_report(j.result, report, err);
out:
    json_decref(j.result);
    isg_free(j.argv);
    return isg_library_end(c, status);
}
