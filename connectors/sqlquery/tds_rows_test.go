package sqlquery

import (
	"encoding/binary"
	"encoding/hex"
	"errors"
	"math"
	"math/big"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/jackc/pgx/v5/pgconn"
)

// The tokens of the double's replies, as [MS-TDS] 2.2.7 writes them down.

func lengthed(token byte, body []byte) []byte {
	return append(binary.LittleEndian.AppendUint16([]byte{token}, uint16(len(body))), body...)
}

// utf16Length is a B_VARCHAR.
func utf16Length(s string) []byte {
	b := utf16Bytes(s)
	return append([]byte{byte(len(b) / 2)}, b...)
}

func environment(kind byte, now, before []byte) []byte {
	return lengthed(0xe3, append(append([]byte{kind}, now...), before...))
}

func done(token byte, status uint16, rows uint64) []byte {
	b := binary.LittleEndian.AppendUint16([]byte{token}, status)
	return binary.LittleEndian.AppendUint64(append(b, 0xc1, 0), rows)
}

func tdsError(number int32, class byte, words string) []byte {
	text := utf16Bytes(words)
	b := append(binary.LittleEndian.AppendUint32(nil, uint32(number)), 1, class)
	b = append(binary.LittleEndian.AppendUint16(b, uint16(len(text)/2)), text...)
	b = append(append(b, utf16Length("GANDA")...), 0) // its name, and no procedure's
	return lengthed(0xaa, append(b, 1, 0, 0, 0))
}

// readRPC takes sp_executesql apart: the statement, and the value of @p1.
func readRPC(b []byte) (query, value string, err error) {
	short := errors.New("the RPC is cut short")
	if len(b) < 6 || binary.LittleEndian.Uint16(b) != 0xffff || binary.LittleEndian.Uint16(b[2:]) != 10 {
		return "", "", errors.New("a procedure other than sp_executesql")
	}
	b = b[6:]
	var values []string
	for len(b) > 0 {
		skip := 1 + 2*int(b[0]) + 1 // its name and flags
		if len(b) < skip+8 || b[skip] != 0xe7 {
			return "", "", errors.New("a parameter that is no nvarchar")
		}
		size := binary.LittleEndian.Uint16(b[skip+1:])
		b = b[skip+8:] // type, size, collation
		var text []byte
		if size != 0xffff {
			if len(b) < 2 || len(b) < 2+int(binary.LittleEndian.Uint16(b)) {
				return "", "", short
			}
			n := int(binary.LittleEndian.Uint16(b))
			text, b = b[2:2+n], b[2+n:]
		} else {
			for b = b[8:]; ; { // in pieces, until one of none
				if len(b) < 4 || len(b) < 4+int(binary.LittleEndian.Uint32(b)) {
					return "", "", short
				}
				n := int(binary.LittleEndian.Uint32(b))
				text, b = append(text, b[4:4+n]...), b[4+n:]
				if n == 0 {
					break
				}
			}
		}
		values = append(values, utf16Text(text))
	}
	if len(values) != 3 || values[1] == "" {
		return "", "", errors.New("sp_executesql takes a statement, a declaration and one value here")
	}
	return values[0], values[2], nil
}

var collation = []byte{0x09, 0x04, 0xd0, 0x00, 0x34}

// column is how a column of Postgres is told: its TYPE_INFO, and its values.
func column(oid uint32, typmod int32, values [][]byte) (info []byte, encode func(string) []byte) {
	sized := func(b []byte) []byte { return append([]byte{byte(len(b))}, b...) }
	whole := func(size int) func(string) []byte {
		return func(s string) []byte {
			n, _ := strconv.ParseInt(s, 10, 64)
			return sized(binary.LittleEndian.AppendUint64(nil, uint64(n))[:size])
		}
	}
	switch oid {
	case 16:
		return []byte{0x68, 1}, func(s string) []byte { return []byte{1, map[string]byte{"t": 1}[s]} }
	case 21, 23, 20:
		size := map[uint32]int{21: 2, 23: 4, 20: 8}[oid]
		return []byte{0x26, byte(size)}, whole(size)
	case 701:
		return []byte{0x6d, 8}, func(s string) []byte {
			f, _ := strconv.ParseFloat(s, 64)
			return sized(binary.LittleEndian.AppendUint64(nil, math.Float64bits(f)))
		}
	case 1700:
		scale := 0
		for _, v := range values {
			if _, fraction, ok := strings.Cut(string(v), "."); ok {
				scale = max(scale, len(fraction))
			}
		}
		return []byte{0x6c, 17, 38, byte(scale)}, func(s string) []byte { return sized(decimal(s, scale)) }
	case 1082, 1114, 1184:
		return moments(oid, typmod, sized)
	case 2950:
		return []byte{0x24, 16}, func(s string) []byte {
			b, _ := hex.DecodeString(strings.ReplaceAll(s, "-", ""))
			slices.Reverse(b[:4]) // the first three groups are little-endian
			slices.Reverse(b[4:6])
			slices.Reverse(b[6:8])
			return sized(b)
		}
	case 17:
		return []byte{0xa5, 0x40, 0x1f}, func(s string) []byte {
			b, _ := hex.DecodeString(strings.TrimPrefix(s, `\x`))
			return append(binary.LittleEndian.AppendUint16(nil, uint16(len(b))), b...)
		}
	case 1043: // varchar(n)
		if typmod > 4 && typmod < 4000 {
			info = binary.LittleEndian.AppendUint16([]byte{0xe7}, uint16(2*(typmod-4)))
			return append(info, collation...), func(s string) []byte {
				b := utf16Bytes(s)
				return append(binary.LittleEndian.AppendUint16(nil, uint16(len(b))), b...)
			}
		}
	}
	return append([]byte{0xe7, 0xff, 0xff}, collation...), func(s string) []byte { // nvarchar(max)
		b := utf16Bytes(s)
		out := binary.LittleEndian.AppendUint64(nil, uint64(len(b)))
		if len(b) > 0 {
			out = append(binary.LittleEndian.AppendUint32(out, uint32(len(b))), b...)
		}
		return append(out, 0, 0, 0, 0)
	}
}

// moments tells date, timestamp (of milliseconds: as the old datetime) and
// timestamptz.
func moments(oid uint32, typmod int32, sized func([]byte) []byte) (info []byte, encode func(string) []byte) {
	days := func(t time.Time) []byte {
		n := int(t.Sub(time.Date(1970, 1, 1, 0, 0, 0, 0, time.UTC)).Hours()/24) + 719162
		return []byte{byte(n), byte(n >> 8), byte(n >> 16)}
	}
	ticks := func(t time.Time) []byte { // of a ten-millionth
		n := (t.UnixNano() - t.Truncate(24*time.Hour).UnixNano()) / 100
		return binary.LittleEndian.AppendUint64(nil, uint64(n))[:5]
	}
	read := func(s string) time.Time {
		for _, layout := range []string{time.DateOnly, time.DateTime, "2006-01-02 15:04:05Z07"} {
			if t, err := time.Parse(layout, s); err == nil {
				return t.UTC()
			}
		}
		return time.Time{}
	}
	switch {
	case oid == 1082:
		return []byte{0x28}, func(s string) []byte { return sized(days(read(s))) }
	case oid == 1184:
		return []byte{0x2b, 7}, func(s string) []byte {
			t := read(s)
			return sized(append(append(ticks(t), days(t)...), 0xa4, 0x01)) // kept with +07:00
		}
	case typmod == 3:
		return []byte{0x6f, 8}, func(s string) []byte {
			t := read(s)
			day := t.Truncate(24 * time.Hour)
			b := binary.LittleEndian.AppendUint32(nil, uint32(int32(day.Sub(time.Date(1900, 1, 1, 0, 0, 0, 0, time.UTC)).Hours()/24)))
			return sized(binary.LittleEndian.AppendUint32(b, uint32(math.Round(t.Sub(day).Seconds()*300))))
		}
	}
	return []byte{0x2a, 7}, func(s string) []byte { t := read(s); return sized(append(ticks(t), days(t)...)) }
}

func decimal(s string, scale int) []byte {
	digits, negative := strings.CutPrefix(s, "-")
	whole, fraction, _ := strings.Cut(digits, ".")
	n, _ := new(big.Int).SetString(whole+fraction+strings.Repeat("0", scale-len(fraction)), 10)
	b := make([]byte, 17)
	n.FillBytes(b[1:])
	slices.Reverse(b[1:])
	if !negative {
		b[0] = 1
	}
	return b
}

// tdsRows tells a result: COLMETADATA, and each row, those with NULLs as NBCROW.
func tdsRows(r *pgconn.Result) []byte {
	out := binary.LittleEndian.AppendUint16([]byte{0x81}, uint16(len(r.FieldDescriptions)))
	encode := make([]func(string) []byte, len(r.FieldDescriptions))
	for i, f := range r.FieldDescriptions {
		values := make([][]byte, len(r.Rows))
		for j, row := range r.Rows {
			values[j] = row[i]
		}
		var info []byte
		info, encode[i] = column(f.DataTypeOID, f.TypeModifier, values)
		out = append(append(append(out, 0, 0, 0, 0, 9, 0), info...), utf16Length(f.Name)...)
	}
	for _, row := range r.Rows {
		absent := make([]byte, (len(row)+7)/8)
		for i, v := range row {
			if v == nil {
				absent[i/8] |= 1 << (i % 8)
			}
		}
		if slices.Max(absent) > 0 {
			out = append(append(out, 0xd2), absent...)
		} else {
			out = append(out, 0xd1)
		}
		for i, v := range row {
			if v != nil {
				out = append(out, encode[i](string(v))...)
			}
		}
	}
	return out
}
