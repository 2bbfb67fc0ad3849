/// The completion script for bash, made from the declarations.
package enum BashCompletion {
  /// The script; it calls no program, so that completing costs nothing.
  package static func script(_ commands: [CommandDeclaration]) -> String {
    let verbs = commands.map(\.name).joined(separator: " ")
    return """
      # Completions of signalbox for bash. Load them with:
      #   source <(signalbox completions bash)
      _signalbox() {
        local current="${COMP_WORDS[COMP_CWORD]}" previous="${COMP_WORDS[COMP_CWORD - 1]}"
        local verb="" index
        # Bash makes a word of its own of the `=` in --name=value.
        if [[ "$current" == "=" ]]; then
          current=""
        elif [[ "$previous" == "=" ]]; then
          previous="${COMP_WORDS[COMP_CWORD - 2]}"
        fi
        for ((index = 1; index < COMP_CWORD; index++)); do
          if [[ "${COMP_WORDS[index]}" != -* ]]; then
            verb="${COMP_WORDS[index]}"
            break
          fi
        done
        COMPREPLY=()
        case "$verb" in
          "") _signalbox_words "\(verbs) --help --version" ;;
      \(commands.map { branch($0, verbs: verbs) }.joined(separator: "\n"))
        esac
      }
      _signalbox_words() {
        mapfile -t COMPREPLY < <(compgen -W "$1" -- "$current")
      }
      _signalbox_files() {
        compopt -o filenames
        mapfile -t COMPREPLY < <(compgen -f -- "$current")
      }
      complete -F _signalbox signalbox

      """
  }

  private static func branch(_ command: CommandDeclaration, verbs: String) -> String {
    var lines = ["    \(command.name))", "      case \"$previous\" in"]
    for option in command.allOptions {
      guard let kind = option.kind else { continue }
      let forms = (option.short.map { "-\($0) | " } ?? "") + option.longForm
      lines.append("        \(forms)) \(action(kind)) return ;;")
    }
    let options = command.allOptions.map(\.longForm).joined(separator: " ")
    lines += [
      "      esac",
      "      if [[ \"$current\" == -* ]]; then",
      "        _signalbox_words \"\(options)\"",
      "      else",
      "        \(operandAction(command)) return",
      "      fi",
      "      ;;",
    ]
    return lines.joined(separator: "\n")
  }

  private static func operandAction(_ command: CommandDeclaration) -> String {
    command.operands.first.map { action($0.kind) } ?? ""
  }

  private static func action(_ kind: ValueKind) -> String {
    if kind.isFile { return "_signalbox_files;" }
    return kind.choices.isEmpty
      ? "" : "_signalbox_words \"\(kind.choices.joined(separator: " "))\";"
  }
}
