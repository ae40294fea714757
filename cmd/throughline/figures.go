package main

import (
	"context"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"throughline/models"
	"throughline/services/alerts"
)

// alertFigures tells the operator how many alerts wait longer than two working
// days, in all organisations together.
type alertFigures struct{ svc *alerts.Service }

var alertsLate = prometheus.NewDesc("throughline_alerts_late", "Alerts that wait longer than two working days.", nil, nil)

// Describe names the figure.
func (alertFigures) Describe(out chan<- *prometheus.Desc) { out <- alertsLate }

// Collect asks for it. Where the database does not answer there is no figure.
func (f alertFigures) Collect(out chan<- prometheus.Metric) {
	ctx, cancel := context.WithTimeout(models.WithActor(context.Background(), models.System()), 2*time.Second)
	defer cancel()
	if n, err := f.svc.Late(ctx); err == nil {
		out <- prometheus.MustNewConstMetric(alertsLate, prometheus.GaugeValue, float64(n))
	}
}
