"""The protocol's names are those of the SDK's types."""

from __future__ import annotations

from typing import Any

import pytest
from chatkit import types as sdk
from chatkit import widgets

from chat.protocol import vocabulary
from chat.protocol.unions import type_names


@pytest.mark.parametrize(
    ("ours", "theirs"),
    [
        (vocabulary.STREAMING_OPERATIONS, type_names(sdk.StreamingReq)),
        (vocabulary.OPERATIONS, type_names(sdk.ChatKitReq)),
        (vocabulary.EVENT_TYPES, type_names(sdk.ThreadStreamEvent)),
        (vocabulary.UPDATE_TYPES, type_names(sdk.ThreadItemUpdate)),
        (vocabulary.ITEM_TYPES, type_names(sdk.ThreadItem)),
        (vocabulary.SOURCE_TYPES, type_names(sdk.Source)),
        (vocabulary.WIDGET_ROOT_TYPES, type_names(widgets.WidgetRoot)),
        (
            vocabulary.WIDGET_COMPONENT_TYPES - {"Table", "Table.Row", "Table.Cell"},
            type_names(widgets.WidgetComponent) | type_names(widgets.WidgetRoot),
        ),
    ],
    ids=["streaming operations", "operations", "events", "updates", "items", "sources", "roots", "components"],
)
def test_the_names_are_those_of_the_sdk(ours: Any, theirs: Any) -> None:
    assert ours == theirs


def test_hidden_items_are_items() -> None:
    assert vocabulary.HIDDEN_ITEM_TYPES < vocabulary.ITEM_TYPES
