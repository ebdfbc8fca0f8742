"""What the places of the window work with, beside the images that are open."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from leukdesk.app.viewmodels.batch_desk import BatchDesk
    from leukdesk.app.viewmodels.case_desk import CaseDesk
    from leukdesk.app.viewmodels.comparing_models import ComparingModels
    from leukdesk.app.viewmodels.gate_desk import GateDesk
    from leukdesk.app.viewmodels.model_desk import ModelDesk
    from leukdesk.app.viewmodels.train_desk import TrainDesk
    from leukdesk.app.viewmodels.train_setup import TrainSetup
    from leukdesk.app.viewmodels.watch_desk import WatchDesk


@dataclass(frozen=True, slots=True)
class Desks:
    """One for each place, and for pages within one."""

    cases: CaseDesk
    batches: BatchDesk
    models: ModelDesk
    comparing: ComparingModels
    watch: WatchDesk
    training: TrainDesk
    setup: TrainSetup
    gate: GateDesk
