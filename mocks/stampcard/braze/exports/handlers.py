"""Operations of this room: exports and data series."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from stampcard.braze.exports import campaigns, canvases, custom_data, jobs, news_feed, segments, series, users
from stampcard.core.endpoint import Reply

HANDLERS: Mapping[str, Callable[[Any], Awaitable[Reply]]] = {
    "users_export_ids": users.export_ids,
    "users_export_segment": jobs.export_segment,
    "users_export_global_control_group": jobs.export_control_group,
    "export_segment_cancel": jobs.cancel_segment,
    "stampcard_export_download": jobs.download,
    "events_get": custom_data.list_events,
    "events_list": custom_data.list_event_names,
    "custom_attributes_get": custom_data.list_attributes,
    "purchases_product_list": custom_data.list_products,
    "segments_list": segments.list_segments,
    "segments_details": segments.segment_details,
    "segments_data_series": segments.segment_series,
    "campaigns_list": campaigns.list_campaigns,
    "campaigns_details": campaigns.campaign_details,
    "campaigns_data_series": campaigns.campaign_series,
    "sends_data_series": campaigns.send_series,
    "canvas_list": canvases.list_canvases,
    "canvas_details": canvases.canvas_details,
    "canvas_data_series": canvases.canvas_series,
    "canvas_data_summary": canvases.canvas_summary,
    "canvas_duplicate": canvases.duplicate_canvas,
    "feed_list": news_feed.list_cards,
    "feed_details": news_feed.no_card,
    "feed_data_series": news_feed.no_card,
    "events_data_series": series.events,
    "purchases_quantity_series": series.purchase_quantity,
    "purchases_revenue_series": series.revenue,
    "sessions_data_series": series.sessions,
    "kpi_new_users_data_series": series.new_users,
    "kpi_dau_data_series": series.daily_active,
    "kpi_mau_data_series": series.monthly_active,
    "kpi_uninstalls_data_series": series.uninstalls,
}
