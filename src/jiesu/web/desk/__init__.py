"""The staff desk: queues, cases, approvals, dispatch, administration."""
