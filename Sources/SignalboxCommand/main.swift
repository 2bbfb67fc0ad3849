import Glibc
import JSONPath
import Signalbox

StandardStream.ignoreBrokenPipes()
// Before any thread starts: otherwise the engine of queries heeds a file in the home folder.
let home = JQEnvironment.clearHome()
// Nothing that a tool starts may outlive its call, not even what leaves its process group.
ProcessRunner.adoptOrphans()
let console = Console(
  output: StandardStream.output,
  talk: StandardStream.error,
  environment: { $0 == "HOME" ? home : ProcessEnvironment.value($0) }
)
let code = await Program.run(Array(CommandLine.arguments.dropFirst()), console)
exit(code.rawValue)
