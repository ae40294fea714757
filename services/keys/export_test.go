package keys

// Page sets how many rows one transaction seals anew, so that few rows are
// several pages.
func (s *Service) Page(rows int) { s.page = rows }
