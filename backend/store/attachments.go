package store

import (
	"context"
	"crypto/sha256"
	"errors"
	"fmt"

	"balaikota/backend/city"

	"github.com/jackc/pgx/v5"
)

const addAttachmentQuery = `INSERT INTO attachments (client_id, officer_id, name, media_type, bytes, sha256) VALUES ($1, $2, $3, $4, $5, $6)
	ON CONFLICT ON CONSTRAINT attachments_are_sent_once DO NOTHING RETURNING id`

const sameAttachmentQuery = `SELECT id FROM attachments WHERE client_id = $1 AND sha256 = $2 AND officer_id IS NOT DISTINCT FROM $3`

// AddAttachment keeps a file that a disposition will carry. Its kind is what
// its bytes say (city.SniffAttachment); sent a second time, it is the first.
func (s *Store) AddAttachment(ctx context.Context, by city.Actor, asker city.Asker, clientID, name string, content []byte) (out city.Attachment, err error) {
	if !city.MayInstructAny(asker.Role) {
		return out, refused(city.Forbidden, "error.dsp_may_not_send", "your role sends no dispositions")
	}
	if !city.IsUUID(clientID) {
		return out, city.InvalidField("client_id", "is no UUID in lower case")
	}
	kind, err := city.SniffAttachment(content)
	if err != nil {
		return out, err
	}
	sum := sha256.Sum256(content)
	out = city.Attachment{Name: city.AttachmentName(cleanText(name), kind), Type: kind, Size: len(content)}
	err = s.write(ctx, func(tx pgx.Tx) error {
		officer := idOrNone(by.OfficerID)
		err := tx.QueryRow(ctx, addAttachmentQuery, clientID, officer, out.Name, kind, content, sum[:]).Scan(&out.ID)
		if errors.Is(err, pgx.ErrNoRows) {
			err = tx.QueryRow(ctx, sameAttachmentQuery, clientID, sum[:], officer).Scan(&out.ID)
			if errors.Is(err, pgx.ErrNoRows) {
				return city.Errorf(city.Conflict, "this client_id belongs to another file")
			}
		}
		if err != nil {
			return fmt.Errorf("keep an attachment: %w", err)
		}
		return nil
	})
	return out, err
}

// Attachment returns a file of a disposition that the asker may see.
func (s *Store) Attachment(ctx context.Context, asker city.Asker, id int64) (out city.Attachment, content []byte, err error) {
	err = s.read(ctx, asker, func(tx pgx.Tx) error {
		carriers, err := rowsOf[carrierRow](ctx, tx, carriersQuery, id)
		if err != nil {
			return fmt.Errorf("find who may see attachment %d: %w", id, err)
		}
		for _, c := range carriers {
			if (city.DispositionReaders{Offices: c.Offices, Areas: c.Areas, Secret: c.Nature == string(city.NatureSecret)}).SeenBy(asker.Scope()) {
				return tx.QueryRow(ctx, "SELECT id, name, media_type, octet_length(bytes), bytes FROM attachments WHERE id = $1", id).
					Scan(&out.ID, &out.Name, &out.Type, &out.Size, &content)
			}
		}
		return city.Errorf(city.NotFound, "there is no attachment %d, or it is not yours to see", id)
	})
	return out, content, err
}

type carrierRow struct {
	Offices []int64
	Areas   []string
	Nature  string
}

const carriersQuery = `SELECT d.offices, d.areas, d.nature FROM dispositions d JOIN disposition_attachments a ON a.disposition_id = d.id WHERE a.attachment_id = $1`
