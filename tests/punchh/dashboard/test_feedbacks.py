"""Feedback."""

from tests.punchh.calls import Api


async def test_feedback(api: Api) -> None:
    number, _ = await api.sign_up()
    wrong = await api.send("POST", "/api2/dashboard/feedbacks", {"user_id": number, "rating": "good"})
    assert (wrong.status_code, wrong.json()) == (422, {"errors": {"rating": ["Rating is not a number."]}})
    made = await api.send("POST", "/api2/dashboard/feedbacks", {"user_id": number, "rating": 5, "message": "Thanks"})
    path = f"/api2/dashboard/feedbacks/{made.json()['feedback_id']}"
    assert (await api.send("PATCH", path, {"message": "Thank you"})).status_code == 200
    assert (await api.send("PATCH", "/api2/dashboard/feedbacks/77", {})).status_code == 404
