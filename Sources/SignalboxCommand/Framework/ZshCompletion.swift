/// The completion script for zsh, made from the declarations.
package enum ZshCompletion {
  /// The script; to be loaded with `source`, or kept as `_signalbox` in a folder of `fpath`.
  package static func script(_ commands: [CommandDeclaration]) -> String {
    let verbs = commands.map {
      "        " + quoted($0.name + ":" + $0.summary.replacing(":", by: "\\:"))
    }
    return """
      #compdef signalbox
      # Completions of signalbox for zsh. Load them with:
      #   source <(signalbox completions zsh)
      _signalbox() {
        local context state state_descr line
        typeset -A opt_args
        _arguments -C \\
          '(-h --help)'{-h,--help}'[print help]' \\
          '--version[print the version]' \\
          '1:command:->command' \\
          '*::argument:->argument'
        case "$state" in
          command)
            local -a verbs
            verbs=(
      \(verbs.joined(separator: "\n"))
            )
            _describe -t commands command verbs
            ;;
          argument)
            case "$line[1]" in
      \(commands.map { branch($0) }.joined(separator: "\n"))
            esac
            ;;
        esac
      }
      if [[ "$funcstack[1]" == _signalbox ]]; then
        _signalbox "$@"
      else
        compdef _signalbox signalbox
      fi

      """
  }

  private static func branch(_ command: CommandDeclaration) -> String {
    var specs = command.allOptions.map { option($0) }
    for operand in command.operands {
      let lead = operand.isRepeated ? "*" : operand.isRequired ? "" : ":"
      specs.append(quoted(lead + ":" + operand.name.lowercased() + ":" + action(operand.kind)))
    }
    let lines = specs.map { "            " + $0 }.joined(separator: " \\\n")
    return "        \(command.name))\n          _arguments \\\n\(lines)\n          ;;"
  }

  private static func option(_ option: OptionDeclaration) -> String {
    let value = option.kind.map { ":" + $0.placeholder.lowercased() + ":" + action($0) } ?? ""
    let tail = quoted("[" + escaped(option.summary) + "]" + value)
    guard let short = option.short else {
      return quoted((option.isRepeated ? "*" : "") + option.longForm) + tail
    }
    let exclusive = option.isRepeated ? "*" : "(-\(short) \(option.longForm))"
    return quoted(exclusive) + "{-\(short),\(option.longForm)}" + tail
  }

  private static func action(_ kind: ValueKind) -> String {
    if kind.isFile { return "_files" }
    return kind.choices.isEmpty ? " " : "(" + kind.choices.joined(separator: " ") + ")"
  }

  private static func escaped(_ text: String) -> String {
    text.replacing("[", by: "\\[").replacing("]", by: "\\]").replacing(":", by: "\\:")
  }

  private static func quoted(_ text: String) -> String {
    "'" + text.replacing("'", by: "'\\''") + "'"
  }
}

extension String {
  /// Every occurrence of one character replaced; the standard library's own way is a regex engine.
  fileprivate func replacing(_ character: Character, by text: String) -> String {
    split(separator: character, omittingEmptySubsequences: false).joined(separator: text)
  }
}
