/// Which fields a state of the States Language may have, by its type and query language.
enum StatesFields {
  static let types = ["Pass", "Task", "Choice", "Wait", "Succeed", "Fail", "Parallel", "Map"]

  static let machine = [
    "Comment", "StartAt", "States", "Version", "TimeoutSeconds", "QueryLanguage",
    "ProcessorConfig",
  ]
  private static let common = ["Type", "Comment", "QueryLanguage"]
  private static let going = ["Next", "End"]
  private static let paths = ["InputPath", "OutputPath"]
  private static let results = ["ResultPath", "ResultSelector", "Parameters"]
  private static let errors = ["Retry", "Catch"]

  /// The fields of a state.
  static func fields(of type: String, isJSONata: Bool) -> [String] {
    common + (isJSONata ? jsonata(type) : jsonPath(type))
  }

  private static func jsonPath(_ type: String) -> [String] {
    switch type {
    case "Pass": going + paths + ["ResultPath", "Parameters", "Result", "Assign"]
    case "Task":
      going + paths + results + errors + [
        "Resource", "TimeoutSeconds", "TimeoutSecondsPath", "HeartbeatSeconds",
        "HeartbeatSecondsPath", "Credentials", "Assign",
      ]
    case "Choice": paths + ["Choices", "Default", "Assign"]
    case "Wait": going + paths + ["Seconds", "SecondsPath", "Timestamp", "TimestampPath", "Assign"]
    case "Succeed": paths
    case "Fail": ["Error", "ErrorPath", "Cause", "CausePath"]
    case "Parallel": going + paths + results + errors + ["Branches", "Assign"]
    default:
      going + paths + results + errors + [
        "ItemsPath", "Iterator", "ItemProcessor", "ItemSelector", "ItemReader", "ItemBatcher",
        "ResultWriter", "MaxConcurrency", "MaxConcurrencyPath", "ToleratedFailureCount",
        "ToleratedFailureCountPath", "ToleratedFailurePercentage",
        "ToleratedFailurePercentagePath", "Label", "Assign",
      ]
    }
  }

  private static func jsonata(_ type: String) -> [String] {
    switch type {
    case "Pass": going + ["Output", "Assign"]
    case "Task":
      going + errors + [
        "Resource", "TimeoutSeconds", "HeartbeatSeconds", "Credentials", "Arguments", "Output",
        "Assign",
      ]
    case "Choice": ["Choices", "Default", "Output", "Assign"]
    case "Wait": going + ["Seconds", "Timestamp", "Output", "Assign"]
    case "Succeed": ["Output"]
    case "Fail": ["Error", "Cause"]
    case "Parallel": going + errors + ["Branches", "Arguments", "Output", "Assign"]
    default:
      going + errors + [
        "Items", "Iterator", "ItemProcessor", "ItemSelector", "ItemReader", "ItemBatcher",
        "ResultWriter", "MaxConcurrency", "ToleratedFailureCount", "ToleratedFailurePercentage",
        "Label", "Output", "Assign",
      ]
    }
  }

  /// Fields that say the same in two ways.
  static let pairs = [
    ("TimeoutSeconds", "TimeoutSecondsPath"), ("HeartbeatSeconds", "HeartbeatSecondsPath"),
    ("Error", "ErrorPath"), ("Cause", "CausePath"), ("Iterator", "ItemProcessor"),
    ("MaxConcurrency", "MaxConcurrencyPath"),
    ("ToleratedFailureCount", "ToleratedFailureCountPath"),
    ("ToleratedFailurePercentage", "ToleratedFailurePercentagePath"),
    ("Items", "ItemsPath"), ("Parameters", "ItemSelector"), ("Next", "End"),
    ("MaxItems", "MaxItemsPath"), ("MaxItemsPerBatch", "MaxItemsPerBatchPath"),
  ]

  /// Fields whose text is a path of the data.
  static let pathFields = [
    "InputPath", "OutputPath", "ItemsPath", "SecondsPath", "TimestampPath", "TimeoutSecondsPath",
    "HeartbeatSecondsPath", "MaxConcurrencyPath", "ToleratedFailureCountPath",
    "ToleratedFailurePercentagePath",
  ]

  /// Fields that hold payload templates.
  static let templates = [
    "Parameters", "ResultSelector", "ItemSelector", "Assign", "Credentials",
  ]

  /// The comparisons of Choice rules.
  static let operators: Set<String> = {
    var names: Set<String> = [
      "StringMatches", "IsNull", "IsPresent", "IsNumeric", "IsString", "IsBoolean", "IsTimestamp",
      "BooleanEquals", "BooleanEqualsPath",
    ]
    for type in ["String", "Numeric", "Timestamp"] {
      for order in ["Equals", "LessThan", "GreaterThan", "LessThanEquals", "GreaterThanEquals"] {
        names.insert(type + order)
        names.insert(type + order + "Path")
      }
    }
    return names
  }()
}
