// Package demo makes a fictional London to show, test and measure the product
// on: organisations, services and people, and any number of cases with the
// referrals, clocks and trail of about three years. Nobody in it is real.
//
// It is shaped by real counts (data/, see NOTICE) and by the base rates that
// domain.md 2.0 quotes, and it is the same for the same seed. It walks every
// referral through models.Transitions and computes every due time with
// models.Calendar, as the product does, writes in bulk, and then checks the
// result (Check) the way the property tests check what the services wrote.
package demo
