package workflow

import (
	"fmt"
	"math"
	"time"
)

// Count says how many there are of something: "1 request", "2 requests".
func Count(n int, noun string) string {
	if n == 1 {
		return "1 " + noun
	}
	return fmt.Sprintf("%d %ss", n, noun)
}

// Days says a duration in days, or in hours or minutes where it is short.
func Days(d time.Duration) string {
	switch minutes := int(math.Round(d.Minutes())); {
	case minutes < 1:
		return "less than a minute"
	case minutes < 120 && minutes != 60:
		return Count(minutes, "minute")
	case d < 48*time.Hour:
		return Count(int(math.Round(d.Hours())), "hour")
	}
	return Count(int(math.Round(d.Hours()/24)), "day")
}
