/*
 * The few system calls that specs need and that Debian's Lua 5.4 has no package for: start a
 * program with its own pipes, working directory, environment and account; read, write and poll
 * the pipes; signal and reap; a monotonic clock; a temporary folder.
 *
 * Loaded by plain lua5.4, never by raymig itself. spec/support/process.lua is the face of it;
 * nothing else requires it. A call that fails returns nil and the reason.
 */
#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <lauxlib.h>
#include <lua.h>
#include <netinet/in.h>
#include <poll.h>
#include <pwd.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/types.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum { MAX_POLL = 64, READ_SIZE = 65536 };

extern char **environ;
int luaopen_raymig_process(lua_State *L);

static int
failed(lua_State *L, const char *what)
{
    lua_pushnil(L);
    lua_pushfstring(L, "%s: %s", what, strerror(errno));
    return 2;
}

static int
succeeded(lua_State *L)
{
    lua_pushboolean(L, 1);
    return 1;
}

/* The list of strings at index, as a NULL-terminated vector that Lua owns (left on the stack). */
static char **
string_vector(lua_State *L, int index)
{
    lua_Integer n = luaL_len(L, index);
    char **vector = lua_newuserdatauv(L, sizeof(char *) * ((size_t)n + 1), 0);
    for (lua_Integer i = 1; i <= n; i++) {
        lua_geti(L, index, i);
        luaL_checkstring(L, -1);
        union {
            const char *from;
            char *to;
        } text = {.from = lua_tostring(L, -1)};
        vector[i - 1] = text.to;
        lua_pop(L, 1); /* the list still holds it */
    }
    vector[n] = NULL;
    return vector;
}

struct launch {
    char **argv;
    char **envp;
    const char *cwd;
    lua_Integer uid; /* -1: stay who we are */
    lua_Integer gid;
    lua_Integer deathsig; /* what the child gets when we die; 0: nothing */
    int in, out, err;     /* become 0, 1, 2 */
};

static void
child_main(const struct launch *launch, pid_t parent)
{
    setpgid(0, 0);
    for (int fd = 0; fd <= 2; fd++) {
        int from = fd == 0 ? launch->in : fd == 1 ? launch->out : launch->err;
        if (dup2(from, fd) < 0) {
            _exit(126);
        }
    }
    if (launch->uid >= 0 && (setgroups(0, NULL) != 0 || setgid((gid_t)launch->gid) != 0 ||
                             setuid((uid_t)launch->uid) != 0)) {
        _exit(126);
    }
    /* After setuid, which clears it. */
    if (launch->deathsig > 0) {
        prctl(PR_SET_PDEATHSIG, launch->deathsig);
        if (getppid() != parent) {
            _exit(126);
        }
    }
    sigset_t none;
    sigemptyset(&none);
    sigprocmask(SIG_SETMASK, &none, NULL);
    signal(SIGPIPE, SIG_DFL);
    signal(SIGINT, SIG_DFL);
    if (launch->cwd != NULL && chdir(launch->cwd) != 0) {
        dprintf(2, "chdir %s: %s\n", launch->cwd, strerror(errno));
        _exit(126);
    }
    execvpe(launch->argv[0], launch->argv, launch->envp);
    dprintf(2, "exec %s: %s\n", launch->argv[0], strerror(errno));
    _exit(127);
}

static lua_Integer
int_field(lua_State *L, const char *name, lua_Integer fallback)
{
    lua_Integer value = fallback;
    if (lua_getfield(L, 1, name) != LUA_TNIL) {
        value = luaL_checkinteger(L, -1);
    }
    lua_pop(L, 1);
    return value;
}

/* spawn{argv, env = {"K=V"}, cwd, uid, gid, deathsig, stdin, stdout, stderr (fds)} -> pid */
static int
l_spawn(lua_State *L)
{
    struct launch launch = {.envp = environ};
    luaL_checktype(L, 1, LUA_TTABLE);
    lua_settop(L, 1);
    lua_getfield(L, 1, "argv");
    luaL_argcheck(L, lua_istable(L, -1) && luaL_len(L, -1) > 0, 1, "argv is missing");
    launch.argv = string_vector(L, 2);
    if (lua_getfield(L, 1, "env") == LUA_TTABLE) {
        launch.envp = string_vector(L, lua_gettop(L));
    }
    lua_getfield(L, 1, "cwd");
    launch.cwd = luaL_optstring(L, -1, NULL);
    launch.uid = int_field(L, "uid", -1);
    launch.gid = int_field(L, "gid", launch.uid);
    launch.deathsig = int_field(L, "deathsig", 0);
    launch.in = (int)int_field(L, "stdin", 0);
    launch.out = (int)int_field(L, "stdout", 1);
    launch.err = (int)int_field(L, "stderr", 2);

    /* Closed by exec: only then are the child's signals as it wants them. */
    int started[2];
    if (pipe2(started, O_CLOEXEC) != 0) {
        return failed(L, "pipe");
    }
    pid_t parent = getpid();
    pid_t pid = fork();
    if (pid == 0) {
        child_main(&launch, parent);
    }
    close(started[1]);
    char nothing;
    while (pid > 0 && read(started[0], &nothing, 1) < 0 && errno == EINTR) {
    }
    close(started[0]);
    if (pid < 0) {
        return failed(L, "fork");
    }

    lua_pushinteger(L, pid);
    return 1;
}

/* pipe() -> read end, write end; both close on exec, ours never block (see nonblock) */
static int
l_pipe(lua_State *L)
{
    int fds[2];
    if (pipe2(fds, O_CLOEXEC) != 0) {
        return failed(L, "pipe");
    }
    lua_pushinteger(L, fds[0]);
    lua_pushinteger(L, fds[1]);
    return 2;
}

static int
l_nonblock(lua_State *L)
{
    int fd = (int)luaL_checkinteger(L, 1);
    int flags = fcntl(fd, F_GETFL);
    return fcntl(fd, F_SETFL, flags | O_NONBLOCK) == 0 ? succeeded(L) : failed(L, "fcntl");
}

/* open(path, "r" | "w" | "a") -> fd */
static int
l_open(lua_State *L)
{
    const char *path = luaL_checkstring(L, 1);
    const char *mode = luaL_optstring(L, 2, "r");
    int flags = mode[0] == 'w'   ? O_WRONLY | O_CREAT | O_TRUNC
                : mode[0] == 'a' ? O_WRONLY | O_CREAT | O_APPEND
                                 : O_RDONLY;
    int fd = open(path, flags | O_CLOEXEC, 0644);
    if (fd < 0) {
        return failed(L, path);
    }
    lua_pushinteger(L, fd);
    return 1;
}

static int
l_close(lua_State *L)
{
    return close((int)luaL_checkinteger(L, 1)) == 0 ? succeeded(L) : failed(L, "close");
}

/* connect(port [, six]) -> a socket to 127.0.0.1, or to ::1 */
static int
l_connect(lua_State *L)
{
    in_port_t port = htons((uint16_t)luaL_checkinteger(L, 1));
    int six = lua_toboolean(L, 2);
    struct sockaddr_in v4 = {.sin_family = AF_INET,
                             .sin_port = port,
                             .sin_addr = {htonl(INADDR_LOOPBACK)}};
    struct sockaddr_in6 v6 = {.sin6_family = AF_INET6,
                              .sin6_port = port,
                              .sin6_addr = IN6ADDR_LOOPBACK_INIT};
    int fd = socket(six ? AF_INET6 : AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (fd < 0) {
        return failed(L, "socket");
    }
    if (connect(fd, six ? (struct sockaddr *)&v6 : (struct sockaddr *)&v4,
                six ? sizeof v6 : sizeof v4) != 0) {
        close(fd);
        return failed(L, "connect");
    }
    lua_pushinteger(L, fd);
    return 1;
}

/* read(fd) -> bytes; "" when there are none yet; nil at the end */
static int
l_read(lua_State *L)
{
    char bytes[READ_SIZE];
    ssize_t n = read((int)luaL_checkinteger(L, 1), bytes, sizeof bytes);
    if (n < 0 && (errno == EAGAIN || errno == EINTR)) {
        n = 0;
    } else if (n <= 0) {
        lua_pushnil(L);
        return 1;
    }
    lua_pushlstring(L, bytes, (size_t)n);
    return 1;
}

/* write(fd, bytes, from) -> how many went; nil when nobody reads any more */
static int
l_write(lua_State *L)
{
    size_t size;
    int fd = (int)luaL_checkinteger(L, 1);
    const char *bytes = luaL_checklstring(L, 2, &size);
    size_t from = (size_t)luaL_optinteger(L, 3, 1) - 1;
    luaL_argcheck(L, from <= size, 3, "past the end");
    ssize_t n = write(fd, bytes + from, size - from);
    if (n < 0 && errno != EAGAIN && errno != EINTR) {
        return failed(L, "write");
    }
    lua_pushinteger(L, n < 0 ? 0 : (lua_Integer)n);
    return 1;
}

/* poll({fd to read}, {fd to write}, milliseconds) -> {[fd] = true}; waits for any of them */
static int
l_poll(lua_State *L)
{
    struct pollfd fds[MAX_POLL];
    nfds_t n = 0;
    int timeout = (int)luaL_checkinteger(L, 3);
    for (int list = 1; list <= 2; list++) {
        lua_Integer count = luaL_len(L, list);
        for (lua_Integer i = 1; i <= count && n < MAX_POLL; i++) {
            lua_geti(L, list, i);
            fds[n].fd = (int)luaL_checkinteger(L, -1);
            fds[n++].events = list == 1 ? POLLIN : POLLOUT;
            lua_pop(L, 1);
        }
    }
    int ready = poll(fds, n, timeout);
    lua_newtable(L);
    for (nfds_t i = 0; ready > 0 && i < n; i++) {
        if (fds[i].revents != 0) {
            lua_pushboolean(L, 1);
            lua_rawseti(L, -2, fds[i].fd);
        }
    }
    return 1;
}

/* kill(pid, signal): a negative pid is a process group, as in kill(2) */
static int
l_kill(lua_State *L)
{
    pid_t pid = (pid_t)luaL_checkinteger(L, 1);
    int signo = (int)luaL_checkinteger(L, 2);
    return kill(pid, signo) == 0 ? succeeded(L) : failed(L, "kill");
}

/* wait(pid) -> nil while it runs, "exit", code or "signal", number; never blocks */
static int
l_wait(lua_State *L)
{
    int status = 0;
    pid_t pid = waitpid((pid_t)luaL_checkinteger(L, 1), &status, WNOHANG);
    if (pid == 0) {
        lua_pushnil(L);
        return 1;
    } else if (pid < 0) {
        return luaL_error(L, "wait: %s", strerror(errno));
    }
    lua_pushstring(L, WIFSIGNALED(status) ? "signal" : "exit");
    lua_pushinteger(L, WIFSIGNALED(status) ? WTERMSIG(status) : WEXITSTATUS(status));
    return 2;
}

static int
l_now(lua_State *L)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    lua_pushnumber(L, (lua_Number)now.tv_sec + (lua_Number)now.tv_nsec / 1e9);
    return 1;
}

static int
l_sleep(lua_State *L)
{
    lua_Number seconds = luaL_checknumber(L, 1);
    struct timespec span = {.tv_sec = (time_t)seconds};
    span.tv_nsec = (long)((seconds - (lua_Number)span.tv_sec) * 1e9);
    nanosleep(&span, NULL);
    return 0;
}

/* mkdtemp("/tmp/name-XXXXXX") -> path, readable by others too */
static int
l_mkdtemp(lua_State *L)
{
    char path[4096];
    size_t size;
    const char *pattern = luaL_checklstring(L, 1, &size);
    luaL_argcheck(L, size < sizeof path, 1, "too long");
    memcpy(path, pattern, size + 1);
    if (mkdtemp(path) == NULL || chmod(path, 0755) != 0) {
        return failed(L, pattern);
    }
    lua_pushstring(L, path);
    return 1;
}

static int
l_chown(lua_State *L)
{
    const char *path = luaL_checkstring(L, 1);
    uid_t uid = (uid_t)luaL_checkinteger(L, 2);
    gid_t gid = (gid_t)luaL_checkinteger(L, 3);
    return chown(path, uid, gid) == 0 ? succeeded(L) : failed(L, path);
}

static int
l_chmod(lua_State *L)
{
    const char *path = luaL_checkstring(L, 1);
    return chmod(path, (mode_t)luaL_checkinteger(L, 2)) == 0 ? succeeded(L) : failed(L, path);
}

/* account(name) -> uid, gid; nil when there is none */
static int
l_account(lua_State *L)
{
    const struct passwd *account = getpwnam(luaL_checkstring(L, 1));
    if (account == NULL) {
        lua_pushnil(L);
        return 1;
    }
    lua_pushinteger(L, account->pw_uid);
    lua_pushinteger(L, account->pw_gid);
    return 2;
}

static int
l_uid(lua_State *L)
{
    lua_pushinteger(L, getuid());
    return 1;
}

static int
l_pid(lua_State *L)
{
    lua_pushinteger(L, getpid());
    return 1;
}

/* setenv(name, value or nil) */
static int
l_setenv(lua_State *L)
{
    const char *name = luaL_checkstring(L, 1);
    const char *value = luaL_optstring(L, 2, NULL);
    int status = value != NULL ? setenv(name, value, 1) : unsetenv(name);
    return status == 0 ? succeeded(L) : failed(L, name);
}

/* environ() -> {name = value} */
static int
l_environ(lua_State *L)
{
    lua_newtable(L);
    for (char **entry = environ; *entry != NULL; entry++) {
        const char *equals = strchr(*entry, '=');
        if (equals != NULL) {
            lua_pushlstring(L, *entry, (size_t)(equals - *entry));
            lua_pushstring(L, equals + 1);
            lua_rawset(L, -3);
        }
    }
    return 1;
}

static const luaL_Reg functions[] = {
    {"account", l_account},   {"chmod", l_chmod},     {"chown", l_chown}, {"close", l_close},
    {"connect", l_connect},   {"environ", l_environ}, {"kill", l_kill},   {"mkdtemp", l_mkdtemp},
    {"nonblock", l_nonblock}, {"now", l_now},         {"open", l_open},   {"pid", l_pid},
    {"pipe", l_pipe},         {"poll", l_poll},       {"read", l_read},   {"setenv", l_setenv},
    {"sleep", l_sleep},       {"spawn", l_spawn},     {"uid", l_uid},     {"wait", l_wait},
    {"write", l_write},       {NULL, NULL},
};

int
luaopen_raymig_process(lua_State *L)
{
    signal(SIGPIPE, SIG_IGN);
    luaL_newlib(L, functions);
    return 1;
}
