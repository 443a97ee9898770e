export type Owned = 'accepted' | 'windows' | 'parked_dlrs' | 'answers' | 'mos'

/**
 * Every integration that a table has rows of, as `owners`: from one to the next by the index that begins with it, however
 * many rows each has.
 */
export const ownersIn = (table: Owned): string => `
  WITH RECURSIVE owners AS (
    (SELECT integration_id FROM ${table} ORDER BY 1 LIMIT 1)
    UNION ALL
    SELECT next.* FROM owners CROSS JOIN LATERAL (
      SELECT integration_id FROM ${table} WHERE integration_id > owners.integration_id ORDER BY 1 LIMIT 1) AS next)`
