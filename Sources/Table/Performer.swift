import Values

/// An agent or tool as the table knows it: everything needed to call it, price it and permit it.
public struct Performer: Sendable, Hashable {
  /// Agent or tool.
  public enum Role: UInt8, Sendable, CaseIterable {
    /// An agent.
    case agent
    /// A tool.
    case tool
  }

  /// What carries out the call.
  public enum Kind: UInt8, Sendable, CaseIterable {
    /// A language model.
    case model
    /// An HTTP service.
    case http
    /// A person.
    case human
    /// A scenario's script.
    case scripted
    /// A process: JSON on standard input and output.
    case process
    /// Named by the flow, carried out by scenarios only (`database`, `smtp`, `ml_model`, …).
    case foreign
    /// An accepted plan, which is a run of its own.
    case plan
  }

  /// Agent or tool.
  public var role: Role
  /// The id.
  public var id: String
  /// What carries out the call.
  public var kind: Kind
  /// The type as written.
  public var typeName: String
  /// The action; empty: none.
  public var action: String
  /// Provider of the model.
  public var provider: String
  /// Priced name of the model; empty: none.
  public var model: String
  /// Sampling temperature in thousandths; -1: the provider's default.
  public var temperatureThousandths: Int32
  /// Base address of the model's service, or the service's own; may hold `{{ env.X }}`.
  public var endpoint: String
  /// Name of the environment variable with the model's key; empty: the provider's usual one.
  public var keyVariable: String
  /// Headers: name and text, which may hold `{{ secrets.X }}` or `{{ env.X }}`.
  public var headers: [FieldText]
  /// Program and arguments.
  public var arguments: [String]
  /// Environment variables that a process receives.
  public var environmentNames: [String]
  /// People who may answer.
  public var roles: [String]
  /// The prompt, a template over the performer's own environment.
  public var prompt: PoolIndex
  /// Standing instructions, a template over the performer's own environment.
  public var instructions: PoolIndex
  /// The input's schema in the schemas pool.
  public var inputSchema: PoolIndex
  /// The output's schema in the schemas pool.
  public var outputSchema: PoolIndex
  /// Tokens a prompt may take; 0: not declared.
  public var promptTokens: Int64
  /// Tokens an answer may take; 0: not declared.
  public var outputTokens: Int64
  /// Turns of a call.
  public var turns: Int32
  /// Whether a call changes the world.
  public var isWrite: Bool
  /// Whether a repetition with the same key does no harm.
  public var isIdempotent: Bool
  /// Declared price of a call; -1: not declared.
  public var costPerCallPicodollars: Int64
  /// Hosts it may reach (its own address included).
  public var grantedHosts: [String]
  /// Programs it may start (its own included).
  public var grantedPrograms: [String]
  /// Environment variables it may read.
  public var grantedEnvironment: [String]
  /// Models it may call (its own included).
  public var grantedModels: [String]
  /// Tools it may call.
  public var grantedTools: [String]

  /// A performer that nothing is known of but its id.
  public init(role: Role, id: String, kind: Kind, typeName: String) {
    self.role = role
    self.id = id
    self.kind = kind
    self.typeName = typeName
    action = ""
    provider = ""
    model = ""
    temperatureThousandths = -1
    endpoint = ""
    keyVariable = ""
    headers = []
    arguments = []
    environmentNames = []
    roles = []
    prompt = noIndex
    instructions = noIndex
    inputSchema = noIndex
    outputSchema = noIndex
    promptTokens = 0
    outputTokens = 0
    turns = 1
    isWrite = role == .tool
    isIdempotent = false
    costPerCallPicodollars = -1
    grantedHosts = []
    grantedPrograms = []
    grantedEnvironment = []
    grantedModels = []
    grantedTools = []
  }
}

extension Performer {
  /// The tools that this agent may call by itself, within its turns: those granted to it.
  ///
  /// Linear in the product of grants and performers.
  public func offeredTools(among performers: [Performer]) -> [Performer] {
    guard role == .agent, kind == .model, turns > 1 else { return [] }
    return grantedTools.compactMap { name in
      performers.first { performer in
        performer.role == .tool && performer.action.isEmpty && performer.id.sameScalars(as: name)
      }
    }
  }

  /// Whether a call that is given up may have changed something: its own doing, or that of a tool
  /// that the agent chose.
  public func mayWrite(among performers: [Performer]) -> Bool {
    isWrite || offeredTools(among: performers).contains { $0.isWrite && !$0.isIdempotent }
  }
}

/// A name with a text.
public struct FieldText: Sendable, Hashable {
  /// The name.
  public var name: String
  /// The text.
  public var text: String

  /// A name with a text.
  public init(name: String, text: String) {
    self.name = name
    self.text = text
  }
}

/// What entering a place starts.
public struct EffectDescriptor: Sendable, Hashable {
  /// Who carries it out, in the performers pool.
  public var performer: PoolIndex
  /// The input's entries in the fields pool.
  public var input: Range<PoolIndex>

  /// An effect.
  public init(performer: PoolIndex, input: Range<PoolIndex>) {
    self.performer = performer
    self.input = input
  }
}
