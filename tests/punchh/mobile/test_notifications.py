"""Messages and notifications."""

from tests.punchh.calls import Api


async def test_messages_from_support_are_read_and_deleted(api: Api) -> None:
    number, token = await api.sign_up()
    body = {"user_id": number, "subject": "Hello", "message": "How are you?"}
    assert (await api.send("POST", "/api2/dashboard/users/send_message", body)).status_code == 201
    (row,) = (await api.send("GET", "/api2/mobile/messages", None, token)).json()["messages"]
    assert (row["title"], row["body"], row["read_at"]) == ("Hello", "How are you?", None)
    ids = {"user_rich_notifications": str(row["message_id"])}
    assert (await api.send("POST", "/api2/mobile/message_readerships", ids, token)).status_code == 202
    (note,) = (await api.send("GET", "/api2/mobile/notifications", {"qty": "5"}, token)).json()
    assert note["read_at"]
    assert (await api.send("DELETE", f"/api2/mobile/notifications/{note['id']}", None, token)).status_code == 200
    assert (await api.send("GET", "/api2/mobile/messages", None, token)).json() == {"messages": []}
    wrong = await api.send("GET", "/api2/mobile/notifications", {"qty": "-1"}, token)
    text = "Number of Notifications should be greater than zero. '-1' is zero, Blank or non-integer value"
    assert (wrong.status_code, wrong.json()) == (400, {"errors": {"qty": text}})
