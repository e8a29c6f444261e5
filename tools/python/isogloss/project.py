"""Whole pipelines."""
from __future__ import annotations

import ctypes
import json
from typing import Any, Callable, Dict, Mapping, Optional, Union

from ._library import Progress, ProjectOptions, call, lib, options, path, strings
from .vectors import Path


def bar() -> Progress:
    """A progress callback that draws one tqdm bar a stage."""
    from tqdm.auto import tqdm
    shown: Dict[str, Any] = {}

    def progress(stage: str, done: int, total: int) -> None:
        if stage not in shown:
            for other in shown.values():
                other.close()
            shown[stage] = tqdm(desc=stage, total=total or None, unit_scale=True)
        shown[stage].total = total or None
        shown[stage].update(done - shown[stage].n)

    return progress


class Project:
    """A project file of `isogloss run`: stages, each run again only if its inputs have changed."""

    def __init__(self, file: Path):
        self.file = file

    def run(self, out: Optional[Path] = None, vars: Optional[Mapping[str, object]] = None, seed: int = 1, dry_run: bool = False,
            force: bool = False, allow_outside: bool = False, progress: Union[Progress, bool, None] = None,
            log: Optional[Callable[[int, str], Any]] = None) -> Dict[str, Any]:
        """Runs it and returns what became of each stage, with its results.

        out: output folder instead of the project's. vars: over the project's [vars]. progress: a callback, or True for a tqdm
        bar where tqdm is installed. log: gets (level, line): 0 warnings, 1 what happens, 2 details.
        """
        hear: Optional[Progress] = None
        if callable(progress):
            hear = progress
        elif progress:
            try:
                hear = bar()
            except ImportError:
                pass
        sets = strings(["%s=%s" % item for item in (vars or {}).items()])
        o = options(ProjectOptions, out=path(out) if out is not None else None, sets=sets, n_sets=len(vars or {}), seed=seed,
                    dry_run=int(dry_run), force=int(force), allow_outside=int(allow_outside))
        report = ctypes.c_void_p()
        call("project_run", path(self.file), ctypes.byref(o), ctypes.byref(report), progress=hear, log=log)
        try:
            return json.loads(ctypes.string_at(report.value or 0))
        finally:
            lib.isogloss_string_free(report)
