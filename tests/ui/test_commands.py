"""The table of commands: one entry is enough for the palette, the shortcuts and the list of them."""

from functools import partial

from chat.ui.commands import Command, Commands


async def test_what_can_be_done_now_is_offered_and_done() -> None:
    done: list[str] = []
    commands = Commands()
    open_now = False
    commands.add(
        Command("one", "One", "Group", lambda: done.append("one")),
        Command("later", "Later", "Group", lambda: done.append("later"), when=lambda: open_now),
        Command("here", "In the browser", "Group"),
    )
    assert [one.id for one in await commands.available()] == ["one", "here"]
    assert await commands.run("one")
    assert not await commands.run("later"), "its time has not come"
    assert not await commands.run("here"), "the browser does it"
    assert not await commands.run("unheard of")
    open_now = True
    assert await commands.run("later")
    assert done == ["one", "later"]


async def test_commands_come_and_go_and_one_may_take_its_time() -> None:
    threads = ["thr_1", "thr_2"]
    done: list[str] = []

    async def opened(thread: str) -> None:
        done.append(thread)

    commands = Commands()
    commands.offer(lambda: [Command(f"thread:{one}", one, "Open", partial(opened, one)) for one in threads])

    async def slowly() -> list[Command]:
        return [Command("recording:a", "A recording", "Open", lambda: opened("a"))]

    commands.offer(slowly)
    assert [one.id for one in await commands.available()] == ["thread:thr_1", "thread:thr_2", "recording:a"]
    assert await commands.run("thread:thr_2")
    assert done == ["thr_2"]
    threads.remove("thr_2")
    await commands.available()
    assert not await commands.run("thread:thr_2"), "what is not offered any more is not done"


async def test_a_command_of_the_same_id_takes_the_place_of_the_other() -> None:
    commands = Commands()
    commands.add(Command("copy", "Copy the link", "Thread", keys="Mod+K"), Command("other", "Other", "Thread"))
    commands.add(Command("copy", "Copy a better link", "Thread"))
    assert [one.title for one in await commands.available()] == ["Copy a better link", "Other"]
    assert commands.shortcuts() == []
