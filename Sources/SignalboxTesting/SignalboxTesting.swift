@_exported import Signalbox
