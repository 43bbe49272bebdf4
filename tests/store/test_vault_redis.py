"""What the redis form of the vault keeps, how long, and what it does when its redis fails it."""

from __future__ import annotations

import time
from collections.abc import AsyncIterator

import pytest

from irmacall.core.ids import DeskId, SealedId
from irmacall.errors import ClockSkew, PeerError, PeerUnavailable, VaultGone
from irmacall.store.redis_link import RedisLink
from irmacall.store.vault import LONGEST_LIFE
from irmacall.store.vault_redis import RedisVault
from lab.redisd import RedisServer
from tests.store.redis_server import TIMEOUT, link

KEY = bytes(range(32))
NAME = {"initials": "Q.", "familyname": "Kanarie-Vogelaar", "gender": "V"}


@pytest.fixture
async def redis(own_vault_redis: RedisServer) -> AsyncIterator[RedisLink]:
    """The vault's redis, as its operator (or a thief) sees it."""
    redis = link(own_vault_redis)
    yield redis
    await redis.close()


@pytest.fixture
async def vault(own_vault_redis: RedisServer) -> AsyncIterator[RedisVault]:
    """A vault on that redis."""
    vault = RedisVault(link(own_vault_redis), KEY)
    yield vault
    await vault.close()


async def kept(redis: RedisLink) -> dict[str, bytes]:
    """Every key of that redis with its value."""
    keys = [key.decode() for key in await redis.ask("KEYS", "*")]
    return {key: await redis.ask("GET", key) for key in keys}


async def test_no_name_in_redis(redis: RedisLink, vault: RedisVault, desk: DeskId, sealed_id: SealedId) -> None:
    """In the keys and values of the vault's redis no part of what was disclosed can be found."""
    await vault.seal(desk, sealed_id, NAME, time.time() + 600, 1)
    everything = b"\n".join(key.encode() + value for key, value in (await kept(redis)).items())
    assert sealed_id.encode() in everything
    for word in (*NAME, "Kanarie", "Vogelaar", KEY.hex(), '"V"'):
        assert word.encode() not in everything
    assert KEY not in everything


async def test_length_tells_nothing(redis: RedisLink, vault: RedisVault, desk: DeskId) -> None:
    """A short name and a long one take as many bytes."""
    for sealed_id, name in (("short", "Bo"), ("long", "van den Heuvel tot Beichlingen " * 9)):
        await vault.seal(desk, SealedId(sealed_id), {"familyname": name}, time.time() + 600, 1)
    values = await kept(redis)
    for part in ("key", "content"):
        assert len({len(value) for key, value in values.items() if f":{part}:" in key}) == 1


async def test_redis_forgets_in_time(redis: RedisLink, vault: RedisVault, desk: DeskId, sealed_id: SealedId) -> None:
    """Both halves carry an expiry of redis' own, never later than the identity's and than an hour."""
    for expires_at in (time.time() + 600, time.time() + 86_400):
        await vault.seal(desk, sealed_id, NAME, expires_at, 1)
        for key in await kept(redis):
            if not key.endswith(":seen"):
                until = await redis.ask("PEXPIRETIME", key) / 1000
                assert time.time() < until <= min(expires_at, time.time() + LONGEST_LIFE)


async def test_deleting_the_key_is_erasure(
    redis: RedisLink, vault: RedisVault, desk: DeskId, sealed_id: SealedId
) -> None:
    """With its wrapped key gone an identity is gone, though its content is still there."""
    await vault.seal(desk, sealed_id, NAME, time.time() + 600, 1)
    await redis.ask("DEL", f"irmacall:{{{desk}}}:key:{sealed_id}")
    with pytest.raises(VaultGone):
        await vault.open(desk, sealed_id, 1, time.time())


async def test_burn_leaves_no_half(redis: RedisLink, vault: RedisVault, desk: DeskId, sealed_id: SealedId) -> None:
    """After a burn neither half is left; only for a minute that this id was burned."""
    await vault.seal(desk, sealed_id, NAME, time.time() + 600, 1)
    await vault.burn(desk, [sealed_id])
    burned = f"irmacall:{{{desk}}}:burned:{sealed_id}"
    assert set(await kept(redis)) == {burned, f"irmacall:{{{desk}}}:seen"}
    assert 0 < await redis.ask("PTTL", burned) <= 60_000


async def test_moved_or_altered(redis: RedisLink, vault: RedisVault, desk: DeskId, sealed_id: SealedId) -> None:
    """Who can write in redis cannot give one caller the identity of another, nor more time, nor other content."""
    other = SealedId(f"{sealed_id}-other")
    for place in (sealed_id, other):
        await vault.seal(desk, place, NAME, time.time() + 600, 1)
    values = await kept(redis)
    content = f"irmacall:{{{desk}}}:content:{sealed_id}"
    later = values[content][:1] + (int((time.time() + 3000) * 1000)).to_bytes(8) + values[content][9:]
    altered = values[content][:-1] + bytes([values[content][-1] ^ 1])
    for forged in (values[content + "-other"], altered, later, b"", b"\x02nonsense"):
        await redis.ask("SET", content, forged)  # type: ignore[arg-type]
        with pytest.raises(PeerError) as refusal:
            await vault.open(desk, sealed_id, 1, time.time())
        assert type(refusal.value) is PeerError


async def test_another_key(own_vault_redis: RedisServer, vault: RedisVault, desk: DeskId) -> None:
    """Without the right key-encryption key nothing opens."""
    await vault.seal(desk, SealedId("x"), NAME, time.time() + 600, 1)
    stranger = RedisVault(link(own_vault_redis), bytes(32))
    with pytest.raises(PeerError, match="another key"):
        await stranger.open(desk, SealedId("x"), 1, time.time())
    await stranger.close()


async def test_restart_loses_all(
    own_vault_redis: RedisServer, vault: RedisVault, desk: DeskId, sealed_id: SealedId
) -> None:
    """An orderly restart leaves nothing: no identity, no fence, and no file on disk but its configuration."""
    await vault.claim(desk, 3)
    await vault.seal(desk, sealed_id, NAME, time.time() + 600, 3)
    await own_vault_redis.restart()
    assert await vault.claimant(desk) == await vault.highest_fence(desk) == 0
    assert await vault.missing(desk, [sealed_id]) == {sealed_id}
    with pytest.raises(VaultGone):
        await vault.open(desk, sealed_id, 3, time.time())
    await own_vault_redis.stop()
    assert {path.name for path in own_vault_redis.directory.iterdir()} == {"redis.conf"}
    assert b"Vogelaar" not in own_vault_redis.program.log.read_bytes()


async def test_silent_redis_is_told_in_time(
    own_vault_redis: RedisServer, vault: RedisVault, desk: DeskId, sealed_id: SealedId
) -> None:
    """Every operation on a redis that says nothing ends within the time-out, and none of it is done later."""
    await vault.highest_fence(desk)
    own_vault_redis.program.freeze()
    for asked in (
        vault.seal(desk, sealed_id, NAME, time.time() + 600, 1),
        vault.open(desk, sealed_id, 1, time.time()),
        vault.highest_fence(desk),
        vault.clock_skew(),
        vault.check_configuration(),
        vault.burn(desk, [sealed_id]),
    ):
        began = time.monotonic()
        with pytest.raises(PeerUnavailable):
            await asked
        assert time.monotonic() - began < TIMEOUT + 1.0
    own_vault_redis.program.wake()
    with pytest.raises(VaultGone):
        await vault.open(desk, sealed_id, 1, time.time())


async def test_stopped_redis(own_vault_redis: RedisServer, vault: RedisVault, desk: DeskId) -> None:
    """A redis that is not there is told at once, and is used again as soon as it is."""
    await own_vault_redis.stop()
    with pytest.raises(PeerUnavailable):
        await vault.highest_fence(desk)
    await own_vault_redis.start()
    assert await vault.highest_fence(desk) == 0


async def test_clock_of_the_service(own_vault_redis: RedisServer, desk: DeskId, sealed_id: SealedId) -> None:
    """A service whose clock is off seals nothing, and knows by how much it is off."""
    for off in (-30.0, 30.0):
        vault = RedisVault(link(own_vault_redis), KEY, clock=lambda off=off: time.time() + off)  # type: ignore[misc]
        with pytest.raises(ClockSkew):
            await vault.seal(desk, sealed_id, NAME, time.time() + off + 600, 1)
        assert await vault.clock_skew() == pytest.approx(-off, abs=0.2)
        await vault.close()


async def test_password(own_vault_redis: RedisServer, desk: DeskId) -> None:
    """A wrong password is told as such, and neither it nor the right one is in any message."""
    bare = own_vault_redis.url.replace(f":{own_vault_redis.password}@", "")
    right = RedisVault(RedisLink(bare, password=own_vault_redis.password), KEY)
    assert await right.highest_fence(desk) == 0
    await right.close()
    for url, password in ((bare, "wrong-one"), (bare.replace("//", "//:wrong-one@"), None), (bare, None)):
        wrong = RedisVault(RedisLink(url, password=password), KEY)
        with pytest.raises(PeerError, match="password") as refusal:
            await wrong.highest_fence(desk)
        assert "wrong-one" not in str(refusal.value)
        await wrong.close()
    await own_vault_redis.stop()
    with pytest.raises(PeerUnavailable) as absence:
        await RedisVault(link(own_vault_redis), KEY).highest_fence(desk)
    assert own_vault_redis.password not in str(absence.value)
