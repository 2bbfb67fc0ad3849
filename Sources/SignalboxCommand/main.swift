import Glibc
import JSONPath

StandardStream.ignoreBrokenPipes()
// Before any thread starts: otherwise the engine of queries heeds a file in the home folder.
if CommandLine.arguments.dropFirst().first == QueryCommand.declaration.name {
  JQEnvironment.clearHome()
}
let console = Console(
  output: StandardStream.output,
  talk: StandardStream.error,
  environment: { ProcessEnvironment.value($0) }
)
let code = await Program.run(Array(CommandLine.arguments.dropFirst()), console)
exit(code.rawValue)
