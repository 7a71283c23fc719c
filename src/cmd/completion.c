/*
 * `raymig completion SHELL`: the shell's side of completion. The scripts know nothing of raymig: they hand the
 * words to `raymig __complete` (complete.c), of the very program that is on the command line.
 */
#include "cmd/commands.h"

#include <string.h>

static const char bash[] =
    "# bash completion for raymig:  eval \"$(raymig completion bash)\"\n"
    "_raymig() {\n"
    "    local line word=${COMP_WORDS[COMP_CWORD]}\n"
    "    [[ $word == = ]] && word=\n"
    "    COMPREPLY=()\n"
    "    while IFS= read -r line; do\n"
    "        case $line in\n"
    "        @files) compopt -o filenames 2>/dev/null\n"
    "            mapfile -t -O \"${#COMPREPLY[@]}\" COMPREPLY < <(compgen -f -- \"$word\") ;;\n"
    "        @folders) compopt -o filenames 2>/dev/null\n"
    "            mapfile -t -O \"${#COMPREPLY[@]}\" COMPREPLY < <(compgen -d -- \"$word\") ;;\n"
    "        *) COMPREPLY+=(\"${line%%$'\\t'*}\") ;;\n"
    "        esac\n"
    "    done < <(\"${COMP_WORDS[0]}\" __complete -- \"${COMP_WORDS[@]:1:COMP_CWORD}\" 2>/dev/null)\n"
    "}\n"
    "complete -o nosort -F _raymig raymig\n";

static const char zsh[] =
    "#compdef raymig\n"
    "# zsh completion for raymig: as _raymig in a folder of $fpath, or\n"
    "# eval \"$(raymig completion zsh)\" behind compinit\n"
    "_raymig() {\n"
    "    local line name\n"
    "    local -a rows\n"
    "    for line in \"${(@f)$(\"${words[1]}\" __complete -- \"${(@)words[2,CURRENT]}\" 2>/dev/null)}\"; do\n"
    "        case $line in\n"
    "        '') ;;\n"
    "        @files) _files ;;\n"
    "        @folders) _files -/ ;;\n"
    "        *)  name=${${line%%$'\\t'*}//:/\\\\:}\n"
    "            [[ $line == *$'\\t'* ]] && name=$name:${line#*$'\\t'}\n"
    "            rows+=(\"$name\") ;;\n"
    "        esac\n"
    "    done\n"
    "    (( ${#rows} )) && _describe -V raymig rows\n"
    "}\n"
    "if [[ $zsh_eval_context[-1] == loadautofunc ]]; then\n"
    "    _raymig \"$@\"\n"
    "else\n"
    "    compdef _raymig raymig\n"
    "fi\n";

static const char fish[] =
    "# fish completion for raymig: as ~/.config/fish/completions/raymig.fish\n"
    "function __raymig_complete\n"
    "    set -l words (commandline -opc)\n"
    "    set -l word (commandline -ct)\n"
    "    for line in ($words[1] __complete -- $words[2..-1] \"$word\" 2>/dev/null)\n"
    "        switch $line\n"
    "            case @files\n"
    "                __fish_complete_path $word\n"
    "            case @folders\n"
    "                __fish_complete_directories $word\n"
    "            case '*'\n"
    "                echo $line\n"
    "        end\n"
    "    end\n"
    "end\n"
    "complete -c raymig -f -k -a '(__raymig_complete)'\n";

static const struct {
    const char *name;
    const char *script;
} shells[] = {{"bash", bash}, {"zsh", zsh}, {"fish", fish}};

static enum ray_code
run(struct ray_app *app)
{
    enum { SHELLS = sizeof(shells) / sizeof(shells[0]) };
    const char *names[SHELLS];
    const char *near;

    for (size_t i = 0; i < SHELLS; i++) {
        if (strcmp(shells[i].name, app->args[0]) == 0) {
            ray_term_outn(app->term, shells[i].script, strlen(shells[i].script));
            return RAY_OK;
        }
        names[i] = shells[i].name;
    }
    near = ray_nearest(app->args[0], names, SHELLS);
    (void)ray_err_set(&app->project.err, RAY_USAGE, "there is no completion for \"%s\"",
                      app->args[0]);
    if (near != NULL)
        (void)ray_err_hint(&app->project.err, "Did you mean \"%s\"?", near);
    else
        (void)ray_err_hint(&app->project.err, "The shells are bash, zsh and fish.");
    return ray_app_fail(app);
}

const struct ray_command ray_cmd_completion = {
    .name = "completion",
    .arguments = "bash | zsh | fish",
    .min_args = 1,
    .max_args = 1,
    .summary = "the script that lets a shell complete raymig's words",
    .description =
        "Prints a script for the shell. It completes commands, options, tags, tables (of the "
        "newest snapshot), sources, layouts, and what the config's plugins add. Completion "
        "connects to no database and asks nothing.",
    .examples =
        "eval \"$(raymig completion bash)\"   in ~/.bashrc\n"
        "raymig completion zsh > ~/.zfunc/_raymig   with ~/.zfunc in fpath, before compinit\n"
        "raymig completion fish > ~/.config/fish/completions/raymig.fish   for fish\n",
    .run = run,
};
