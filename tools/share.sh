#!/usr/bin/env bash
# What belongs into share/: man pages and shell completions, as the program itself prints them.
# tools/share.sh PROGRAM FOLDER
set -euo pipefail

program=$1
folder=$2
rm -rf "$folder"
mkdir -p "$folder"/man/man1 "$folder"/bash-completion/completions \
    "$folder"/zsh/vendor-completions "$folder"/fish/vendor_completions.d

cd "$(dirname "$folder")" # outside any project, so that no config counts
program=$(realpath "$OLDPWD/$program")
folder=$(realpath "$OLDPWD/$folder")
"$program" help --man > "$folder/man/man1/raymig.1"
grep -o '^\.BR raymig\\-[a-z]*' "$folder/man/man1/raymig.1" | sed 's/.*-//' | while read -r name; do
    "$program" help --man "$name" > "$folder/man/man1/raymig-$name.1"
done
"$program" completion bash > "$folder/bash-completion/completions/raymig"
"$program" completion zsh > "$folder/zsh/vendor-completions/_raymig"
"$program" completion fish > "$folder/fish/vendor_completions.d/raymig.fish"
