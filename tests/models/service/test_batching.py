"""What waits for the model: answered together, counted rightly, bounded, and never left waiting."""

import asyncio

import httpx
import pytest

from models.service.answering import Limits
from models.service.application import build_service
from models.service.batching import Batcher, QueueFull


def test_what_arrives_together_is_answered_together_and_equal_texts_once(make_classifier):
    found, hits = make_classifier(0.1), []
    batcher = Batcher(found, cache_size=100, queue_size=100, on_hit=lambda: hits.append(1))

    async def ask():
        batcher.start()
        first = asyncio.create_task(batcher.predict(["first"]))
        await asyncio.sleep(0.03)  # the model is now busy with it
        later = [batcher.predict([text]) for text in ["a", "bb", "a", "first", "bb"] * 4]
        await asyncio.gather(first, *later)
        await batcher.predict(["a"])  # known by now
        await batcher.stop()

    asyncio.run(ask())
    assert found.engine.asked == [["first"], ["a", "bb"]]
    assert len(hits) == 1


def test_a_failing_batch_fails_alone(make_classifier):
    async def ask():
        batcher = Batcher(make_classifier(), cache_size=0, queue_size=100)
        batcher.start()
        with pytest.raises(RuntimeError, match="broken"):
            await batcher.predict(["break"])
        (found,) = await batcher.predict(["well"])
        await batcher.stop()
        return found

    assert asyncio.run(ask()).tokens_seen == 1


def test_the_cache_is_bounded_and_forgets_what_was_used_longest_ago(make_classifier):
    found = make_classifier()
    batcher = Batcher(found, cache_size=2, queue_size=100)

    async def ask():
        batcher.start()
        for text in ("a", "b", "a", "c", "a", "b"):  # c drives out b, which was used before a
            await batcher.predict([text])
        await batcher.stop()

    asyncio.run(ask())
    assert [texts[0] for texts in found.engine.asked] == ["a", "b", "c", "b"]
    assert len(batcher.known) == 2


def called(service, ask):
    """What `ask` returns, an async function that is given a client of the running service."""

    async def call():
        transport = httpx.ASGITransport(service, raise_app_exceptions=False)
        async with (
            service.router.lifespan_context(service),
            httpx.AsyncClient(transport=transport, base_url="http://test") as client,
        ):
            return await ask(client)

    return asyncio.run(call())


def post(client, *texts):
    return asyncio.create_task(client.post("/predict", json={"texts": texts}))


def test_a_hit_of_the_cache_is_counted_once_and_for_the_request_it_is_of(make_classifier):
    async def ask(client):
        await post(client, "known")
        waits = post(client, "new")
        await asyncio.sleep(0.05)
        await asyncio.gather(post(client, "known"), waits)
        return (await client.get("/metrics")).text

    found = called(build_service(make_classifier(0.2)), ask)
    assert "cache_hits_total 1.0" in found.splitlines()


@pytest.mark.slow
def test_a_full_queue_sends_away_with_a_time_to_come_again(make_classifier):
    found = make_classifier(0.3)

    async def ask(client):
        first = post(client, "a")
        await asyncio.sleep(0.1)  # it is in work
        fits = post(client, "b", "c")
        await asyncio.sleep(0.05)
        sent_away = [await post(client, "d"), await post(client, "d", "b")]
        waits_already = post(client, "b")  # takes no further place
        accepted = await asyncio.gather(first, fits, waits_already)
        afterwards = await post(client, "e", "f", "g", "h")  # more than the queue holds, but nobody is before it
        return accepted, sent_away, afterwards

    accepted, sent_away, afterwards = called(build_service(found, Limits(queue=3)), ask)
    assert [answer.status_code for answer in (*accepted, afterwards)] == [200] * 4
    for answer in sent_away:
        assert answer.status_code == 503
        assert answer.headers["Retry-After"] == "1"
        assert "try again in 1 s" in answer.json()["detail"]
    assert found.engine.asked == [["a"], ["b", "c"], ["e", "f", "g", "h"]]


@pytest.mark.slow
def test_where_a_queue_is_long_the_time_to_come_again_is_what_it_takes(make_classifier):
    async def ask():
        batcher = Batcher(make_classifier(0.5), cache_size=0, queue_size=7)
        batcher.start()
        await batcher.predict(["a"])
        waiting = [asyncio.create_task(batcher.predict([text])) for text in "bcdefgh"]
        await asyncio.sleep(0.01)
        with pytest.raises(QueueFull) as caught:
            await batcher.predict(["i"])
        await asyncio.gather(*waiting)
        await batcher.stop()
        return caught.value.seconds

    assert 4 <= asyncio.run(ask()) <= 8  # seven texts at half a second each


def test_where_what_answers_has_died_nobody_waits_for_ever(make_classifier):
    """Neither those who asked, nor who asks now, nor who stops the service."""

    async def ask():
        batcher = Batcher(make_classifier(0.2), cache_size=0, queue_size=100)
        batcher.start()
        waiting = asyncio.create_task(batcher.predict(["a"]))
        await asyncio.sleep(0.05)
        batcher.task.cancel()
        with pytest.raises(RuntimeError, match="has ended"):
            await asyncio.wait_for(waiting, 5)
        with pytest.raises(RuntimeError, match="has ended"):
            await asyncio.wait_for(batcher.predict(["b"]), 5)
        await asyncio.wait_for(batcher.stop(), 5)

    asyncio.run(ask())


def test_a_count_that_fails_is_the_failure_of_one_batch(make_classifier):
    def count(size):
        if size == 1:
            raise ValueError("no such bucket")

    async def ask():
        batcher = Batcher(make_classifier(), cache_size=0, queue_size=100, on_batch=count)
        batcher.start()
        with pytest.raises(ValueError, match="no such bucket"):
            await asyncio.wait_for(batcher.predict(["a"]), 5)
        found = await asyncio.wait_for(batcher.predict(["a", "b"]), 5)
        await batcher.stop()
        return found

    assert len(asyncio.run(ask())) == 2
