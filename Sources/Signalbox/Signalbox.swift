// The umbrella that an application embeds: `import Signalbox` brings every public module.
@_exported import Compiler
@_exported import Costing
@_exported import Definition
@_exported import Document
@_exported import Drawing
@_exported import Execution
@_exported import Expression
@_exported import Import
@_exported import Journal
@_exported import Models
@_exported import Runtime
@_exported import SQLiteStore
@_exported import Source
@_exported import Table
@_exported import Tools
@_exported import Values
@_exported import Verifier
