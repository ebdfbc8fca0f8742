"""The view-models of what people say of a case, together: review, signature, agreement."""

from __future__ import annotations

from dataclasses import dataclass

from leukdesk.app.viewmodels.adjustment import Adjustment
from leukdesk.app.viewmodels.agreement import AgreementViewModel
from leukdesk.app.viewmodels.casebook import Casebook
from leukdesk.app.viewmodels.engine import Engine
from leukdesk.app.viewmodels.heatmap import HeatmapChoice
from leukdesk.app.viewmodels.ports import PictureSource
from leukdesk.app.viewmodels.review import ReviewSession
from leukdesk.app.viewmodels.review_gallery import ReviewGallery
from leukdesk.app.viewmodels.review_heatmap import ReviewHeatmap
from leukdesk.app.viewmodels.shown_picture import ShownPicture
from leukdesk.app.viewmodels.signing import Signing
from leukdesk.app.viewmodels.tiles import tile_cache
from leukdesk.app.workers.lanes import Lanes


@dataclass(frozen=True, slots=True)
class Judging:
    """What a review's pages and the dialogs about signatures share."""

    session: ReviewSession
    shown: ShownPicture
    heatmap: ReviewHeatmap
    gallery: ReviewGallery
    signing: Signing
    agreement: AgreementViewModel


def judging(casebook: Casebook, engine: Engine, lanes: Lanes, pictures: PictureSource) -> Judging:
    """Build them; nothing is read before it is asked for."""
    session = ReviewSession(casebook, lanes.pictures, pictures)
    adjustment = Adjustment(session)
    return Judging(
        session,
        ShownPicture(lanes, tile_cache(), pictures, adjustment),
        ReviewHeatmap(engine, HeatmapChoice(lanes.pictures, pictures)),
        ReviewGallery(session, lanes.thumbnails, pictures),
        Signing(casebook),
        AgreementViewModel(casebook),
    )
