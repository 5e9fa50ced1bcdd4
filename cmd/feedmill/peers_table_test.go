//go:build peers && linux

package main

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// table collects figures by row and column, in the order in which they came first.
type table struct {
	rows, columns []string
	cells         map[[2]string][]float64
}

func (t *table) add(row, column string, figure float64) {
	if t.cells == nil {
		t.cells = map[[2]string][]float64{}
	}
	if !slices.Contains(t.rows, row) {
		t.rows = append(t.rows, row)
	}
	if !slices.Contains(t.columns, column) {
		t.columns = append(t.columns, column)
	}
	cell := [2]string{row, column}
	t.cells[cell] = append(t.cells[cell], figure)
}

// String is the table in Markdown: medians, and in brackets how many times that
// of the first column.
func (t *table) String() string {
	var b strings.Builder
	fmt.Fprintf(&b, "| median | %s |\n|%s\n", strings.Join(t.columns, " | "), strings.Repeat(" --- |", 1+len(t.columns)))
	for _, row := range t.rows {
		fmt.Fprintf(&b, "| %s |", row)
		first := t.cells[[2]string{row, t.columns[0]}]
		for i, column := range t.columns {
			figures := t.cells[[2]string{row, column}]
			switch {
			case len(figures) == 0:
				b.WriteString(" – |")
			case i == 0 || len(first) == 0 || median(first) == 0:
				fmt.Fprintf(&b, " %s |", short(median(figures)))
			default:
				fmt.Fprintf(&b, " %s (%s×) |", short(median(figures)), short(median(figures)/median(first)))
			}
		}
		b.WriteByte('\n')
	}
	return b.String()
}

// short is f with three digits that count, or all before the point.
func short(f float64) string {
	if f >= 100 {
		return strconv.FormatFloat(f, 'f', 0, 64)
	}
	return strconv.FormatFloat(f, 'g', 3, 64)
}

func median(figures []float64) float64 {
	sorted := slices.Sorted(slices.Values(figures))
	n := len(sorted)
	return (sorted[(n-1)/2] + sorted[n/2]) / 2
}

func TestTable(t *testing.T) {
	var g table
	for _, f := range []float64{3, 1, 2} {
		g.add("304", "a", f)
		g.add("304", "b", 2*f)
	}
	g.add("start", "b", 7)
	want := "| median | a | b |\n| --- | --- | --- |\n| 304 | 2 | 4 (2×) |\n| start | – | 7 |\n"
	if got := g.String(); got != want {
		t.Errorf("the table is\n%s, want\n%s", got, want)
	}
}
